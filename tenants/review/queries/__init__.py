"""Reads over review: worklists with counts, one task with all its screen shows, the history of an item."""

from tenants.review.queries.access import latest_run_seen, sees_all
from tenants.review.queries.clearing import Clearance, latest_clearance
from tenants.review.queries.history import TimelineLine, timeline
from tenants.review.queries.people import Candidate, about, find_people
from tenants.review.queries.screen import RunScreen, TaskScreen, load_run, load_screen, phrases_of
from tenants.review.queries.worklists import (
    COUNT_MOST,
    TASK_TABS,
    FilterChoices,
    Filters,
    Tab,
    WorkRow,
    count_mine,
    count_of,
    counts,
    filter_choices,
    own_open,
    queue,
    worklist,
)

__all__ = [
    "COUNT_MOST",
    "TASK_TABS",
    "Candidate",
    "Clearance",
    "FilterChoices",
    "Filters",
    "RunScreen",
    "Tab",
    "TaskScreen",
    "TimelineLine",
    "WorkRow",
    "about",
    "count_mine",
    "count_of",
    "counts",
    "filter_choices",
    "find_people",
    "latest_clearance",
    "latest_run_seen",
    "load_run",
    "load_screen",
    "own_open",
    "phrases_of",
    "queue",
    "sees_all",
    "timeline",
    "worklist",
]
