"""The register (台账): one row for every item that the unit sent upward, and for what it received and handles."""

from tenants.desk.register.operations import NAMES, note_line
from tenants.desk.register.rows import HEADS, RegisterRow, Stage, rows_of
from tenants.desk.register.selecting import ORDER, TABS, Totals, in_tab, ready, register, totals_of, years_of

__all__ = [
    "HEADS",
    "NAMES",
    "ORDER",
    "TABS",
    "RegisterRow",
    "Stage",
    "Totals",
    "in_tab",
    "note_line",
    "ready",
    "register",
    "rows_of",
    "totals_of",
    "years_of",
]
