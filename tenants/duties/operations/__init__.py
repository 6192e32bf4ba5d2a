"""Every write over duties."""

from tenants.duties.operations.awards import (
    add_award,
    decide_awards,
    discard_awards,
    move_award,
    propose_awards,
    publish_awards,
    restore_award,
    strike_award,
)
from tenants.duties.operations.lists import add_duty, copy_duties, drop_duty
from tenants.duties.operations.records import decide_record, enter_record
from tenants.duties.operations.targets import set_group_targets, set_person_targets

__all__ = [
    "add_award",
    "add_duty",
    "copy_duties",
    "decide_awards",
    "decide_record",
    "discard_awards",
    "drop_duty",
    "enter_record",
    "move_award",
    "propose_awards",
    "publish_awards",
    "restore_award",
    "set_group_targets",
    "set_person_targets",
    "strike_award",
]
