"""Remarks on passages of a run, as far as a reader may see them."""

from tenants.accounts.models import User
from tenants.items.queries import NAMELESS
from tenants.review.models import Remark, Run


def without_name(label: str, by: User) -> str:
    """Return who wrote a remark for readers from whom names are hidden: the post, else that it was a reviewer."""
    return label.removesuffix(by.name).strip() or NAMELESS


def remarks_of(run: Run, *, inside: bool) -> list[Remark]:
    """Return the remarks on a run with their answers, oldest first; without `inside` those that are for its authors.

    The caller has checked that the reader sees the run, and whether its inside too. A constant number of queries.
    """
    rows = Remark.objects.filter(run=run, parent__isnull=True).prefetch_related("replies__by")
    rows = rows.select_related("by", "settled_by", "run__item")
    return list(rows if inside else rows.filter(for_authors=True))
