"""A unit's own tables of review: flows (definitions), runs with their tasks and history, and aids."""

from tenants.review.models.aids import Absence, Phrase, SavedFilter
from tenants.review.models.flows import CategoryCommittee, Checklist, Flow, FlowVersion
from tenants.review.models.runs import PENDING, Act, Copy, Run, Task, Verb

__all__ = [
    "PENDING",
    "Absence",
    "Act",
    "CategoryCommittee",
    "Checklist",
    "Copy",
    "Flow",
    "FlowVersion",
    "Phrase",
    "Run",
    "SavedFilter",
    "Task",
    "Verb",
]
