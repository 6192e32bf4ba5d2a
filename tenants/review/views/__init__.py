"""Pages of review: worklists, the reviewer's screen, runs, questions, remarks, writing in turns, submitting."""

from tenants.review.views.absences import absence_end, absences, replace_holder
from tenants.review.views.aids import due, phrase_remove, phrases
from tenants.review.views.alikes import alikes, judge, pair
from tenants.review.views.batches import batch, batch_people
from tenants.review.views.comparing import compare
from tenants.review.views.lists import remove_filter, save_filter, worklists
from tenants.review.views.outside import outside
from tenants.review.views.questions import question_urge, renew, verify, withdraw
from tenants.review.views.relay import relay
from tenants.review.views.remarks import remarks, reply, settle
from tenants.review.views.running import recall, submit
from tenants.review.views.runs import file, run, run_act, run_people
from tenants.review.views.sheets import sheet
from tenants.review.views.tasks import checks, decide, edit, people, task

__all__ = [
    "absence_end",
    "absences",
    "alikes",
    "batch",
    "batch_people",
    "checks",
    "compare",
    "decide",
    "due",
    "edit",
    "file",
    "judge",
    "outside",
    "pair",
    "people",
    "phrase_remove",
    "phrases",
    "question_urge",
    "recall",
    "relay",
    "remarks",
    "remove_filter",
    "renew",
    "replace_holder",
    "reply",
    "run",
    "run_act",
    "run_people",
    "save_filter",
    "settle",
    "sheet",
    "submit",
    "task",
    "verify",
    "withdraw",
    "worklists",
]
