"""Remarks on passages of a run, as far as a reader may see them."""

from tenants.accounts.models import User
from tenants.review.models import Remark, Run
from tenants.review.queries.access import runs_reviewed_by


def sees_inside(user: User, run: Run) -> bool:
    """Return whether `user` sees the inside of a run: questions with their answers, all remarks, the review sheet."""
    return runs_reviewed_by(user).filter(pk=run.pk).exists()


def remarks_of(user: User, run: Run) -> list[Remark]:
    """Return the remarks on a run with their answers, oldest first; authors get those that are for them.

    The caller has checked that `user` sees the run. Three queries.
    """
    rows = Remark.objects.filter(run=run, parent__isnull=True).prefetch_related("replies").select_related("by")
    return list(rows if sees_inside(user, run) else rows.filter(for_authors=True))
