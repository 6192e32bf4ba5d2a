"""Every write over units: units themselves, bodies outside, and the routes between them."""

from zhitong.units.operations.changing import end_unit, refuse_closed, rename_unit
from zhitong.units.operations.routes import (
    OFFERED,
    end_route,
    limit_sender,
    name_senders,
    offer_route,
    open_route,
    register_body,
)
from zhitong.units.operations.units import (
    LONGEST_LIMIT,
    SHORTEST_LIMIT,
    NewUnit,
    create_unit,
    hide_reviewers,
    set_writing_rules,
)

__all__ = [
    "LONGEST_LIMIT",
    "OFFERED",
    "SHORTEST_LIMIT",
    "NewUnit",
    "create_unit",
    "end_route",
    "end_unit",
    "hide_reviewers",
    "limit_sender",
    "name_senders",
    "offer_route",
    "open_route",
    "refuse_closed",
    "register_body",
    "rename_unit",
    "set_writing_rules",
]
