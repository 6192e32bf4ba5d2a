"""Every write over duties."""

from tenants.duties.operations.lists import add_duty, copy_duties, drop_duty
from tenants.duties.operations.records import decide_record, enter_record
from tenants.duties.operations.targets import set_group_targets, set_person_targets

__all__ = [
    "add_duty",
    "copy_duties",
    "decide_record",
    "drop_duty",
    "enter_record",
    "set_group_targets",
    "set_person_targets",
]
