"""A unit's own tables of review: flows (definitions), runs with tasks, history, questions and remarks, and aids."""

from tenants.review.models.aids import Absence, Phrase, SavedFilter
from tenants.review.models.flows import CategoryCommittee, Checklist, Flow, FlowVersion
from tenants.review.models.questions import Question
from tenants.review.models.remarks import Remark
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
    "Question",
    "Remark",
    "Run",
    "SavedFilter",
    "Task",
    "Verb",
]
