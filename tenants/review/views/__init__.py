"""Pages of review: worklists, the reviewer's screen, the page of a run, submitting and recalling."""

from tenants.review.views.absences import absence_end, absences, replace_holder
from tenants.review.views.aids import due, phrase_remove, phrases
from tenants.review.views.batches import batch, batch_people
from tenants.review.views.lists import remove_filter, save_filter, worklists
from tenants.review.views.running import recall, submit
from tenants.review.views.runs import file, run, run_act, run_people
from tenants.review.views.tasks import checks, decide, edit, people, task

__all__ = [
    "absence_end",
    "absences",
    "batch",
    "batch_people",
    "checks",
    "decide",
    "due",
    "edit",
    "file",
    "people",
    "phrase_remove",
    "phrases",
    "recall",
    "remove_filter",
    "replace_holder",
    "run",
    "run_act",
    "run_people",
    "save_filter",
    "submit",
    "task",
    "worklists",
]
