"""From a screen of review to what the components show."""

from tenants.review.views.presenting.asks import Ask, Choice, Field, Picker, ask_of
from tenants.review.views.presenting.bar import bar_of, outcome_words, why_not
from tenants.review.views.presenting.checks import checks_of, posted_checks
from tenants.review.views.presenting.due import due_of_task
from tenants.review.views.presenting.heads import head_of, queue_of
from tenants.review.views.presenting.history import flow_note, history_of
from tenants.review.views.presenting.running import copies_of, run_ask_of, run_bar_of, state_of_run
from tenants.review.views.presenting.steps import name_of, steps_of
from tenants.review.views.presenting.texts import files_of, text_of
from tenants.review.views.presenting.writing import hand_words, last_hand, writing_of

__all__ = [
    "Ask",
    "Choice",
    "Field",
    "Picker",
    "ask_of",
    "bar_of",
    "checks_of",
    "copies_of",
    "due_of_task",
    "files_of",
    "flow_note",
    "hand_words",
    "head_of",
    "history_of",
    "last_hand",
    "name_of",
    "outcome_words",
    "posted_checks",
    "queue_of",
    "run_ask_of",
    "run_bar_of",
    "state_of_run",
    "steps_of",
    "text_of",
    "why_not",
    "writing_of",
]
