"""Reads over review: worklists, one task with all its screen shows, the history of an item; flows and their checks."""

from tenants.review.queries.access import latest_run_seen, reads_inner, sees_all
from tenants.review.queries.clearing import Clearance, is_signed, latest_clearance
from tenants.review.queries.flows import FlowRow, VersionRow, flows, get_flow, problems_of
from tenants.review.queries.history import TimelineLine, timeline
from tenants.review.queries.merging import may_change_sources
from tenants.review.queries.people import Candidate, about, find_people
from tenants.review.queries.problems import InUse, Level, Problem, find_problems, lead_to, must_fix
from tenants.review.queries.screen import RunScreen, TaskScreen, load_run, load_screen, phrases_of
from tenants.review.queries.staff import Staff, categories_in_use, checklist_names, load_staff, names_of_unit
from tenants.review.queries.tryout import Trial, Tried, TriedStep, try_out
from tenants.review.queries.worklists import (
    COUNT_MOST,
    TASK_TABS,
    FilterChoices,
    Filters,
    Tab,
    Whole,
    WorkRow,
    count_mine,
    count_of,
    counts,
    filter_choices,
    own_open,
    queue,
    whole_worklist,
    worklist,
)

__all__ = [
    "COUNT_MOST",
    "TASK_TABS",
    "Candidate",
    "Clearance",
    "FilterChoices",
    "Filters",
    "FlowRow",
    "InUse",
    "Level",
    "Problem",
    "RunScreen",
    "Staff",
    "Tab",
    "TaskScreen",
    "TimelineLine",
    "Trial",
    "Tried",
    "TriedStep",
    "VersionRow",
    "Whole",
    "WorkRow",
    "about",
    "categories_in_use",
    "checklist_names",
    "count_mine",
    "count_of",
    "counts",
    "filter_choices",
    "find_people",
    "find_problems",
    "flows",
    "get_flow",
    "is_signed",
    "latest_clearance",
    "latest_run_seen",
    "lead_to",
    "load_run",
    "load_screen",
    "load_staff",
    "may_change_sources",
    "must_fix",
    "names_of_unit",
    "own_open",
    "phrases_of",
    "problems_of",
    "queue",
    "reads_inner",
    "sees_all",
    "timeline",
    "try_out",
    "whole_worklist",
    "worklist",
]
