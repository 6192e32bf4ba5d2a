"""Reads over review: worklists with counts, one task with all its screen shows, the history of an item."""

from tenants.review.queries.history import TimelineLine, run_of, timeline
from tenants.review.queries.screen import TaskScreen, load_screen
from tenants.review.queries.worklists import Filters, Tab, WorkRow, count_mine, counts, queue, worklist

__all__ = [
    "Filters",
    "Tab",
    "TaskScreen",
    "TimelineLine",
    "WorkRow",
    "count_mine",
    "counts",
    "load_screen",
    "queue",
    "run_of",
    "timeline",
    "worklist",
]
