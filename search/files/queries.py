"""Which files gave no text, and why: for the operator, who learns neither their names nor to what they belong."""

from django.db.models import Count, QuerySet

from search.models import FileText


def skipped() -> QuerySet[FileText]:
    """Return the files that were skipped, each with its unit and its `reason`, the latest first."""
    rows = FileText.objects.filter(state=FileText.State.SKIPPED).select_related("unit").defer("text")
    return rows.order_by("-read_at", "-pk")


def counts() -> dict[str, int]:
    """Return how many files wait, are read, and were skipped for each reason."""
    rows = FileText.objects.order_by().values_list("state", "reason").annotate(n=Count("pk"))
    return {reason or state: n for state, reason, n in rows}
