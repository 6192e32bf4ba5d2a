"""Pages of review: worklists, the reviewer's screen, submitting and recalling."""

from tenants.review.views.lists import worklists
from tenants.review.views.running import recall, submit
from tenants.review.views.tasks import decide, edit, task

__all__ = ["decide", "edit", "recall", "submit", "task", "worklists"]
