"""Consumers of ranking: an event, or other names under an item, make years stale; the worker catches up in seconds."""

from typing import Any

from zhitong.core import outbox
from zhitong.exchange.models import Event, ItemFact, Paper, PaperKind
from zhitong.exchange.queries.merging import source_matters
from zhitong.ranking.models import StaleYear


@outbox.consumer("exchange.event.recorded")
def mark_stale(payload: dict[str, Any]) -> None:
    """Note the years that the event may count in."""
    event = Event.objects.select_related("reverses").get(pk=payload["event"])
    years = {event.occurred_on.year}
    if event.reverses:
        years.add(event.reverses.occurred_on.year)
    _note(years | _years_of(event.matter_id))


@outbox.consumer("exchange.authors.changed")
def follow_authors(payload: dict[str, Any]) -> None:
    """Note every year in which something of the matter counts: its points belong to other names now."""
    matter = ItemFact.objects.values_list("matter_id", flat=True).get(pk=payload["fact"])
    _note(_years_of(matter))


@outbox.consumer("exchange.paper.arrived")
@outbox.consumer("exchange.paper.withdrawn")
def follow_exemplars(payload: dict[str, Any]) -> None:
    """Note the years of an item that is shown as an exemplar, or no longer: rule sets may reward that."""
    shown = Paper.objects.filter(kind=PaperKind.EXEMPLAR, deliveries__uuid=payload["delivery"])
    matters = ItemFact.objects.filter(
        unit_id__in=shown.values("unit_id"), item_uuid__in=shown.values("item_uuid")
    ).values_list("matter_id", flat=True)
    for matter in matters:
        _note(_years_of(matter))


def _years_of(matter_id: int) -> set[int]:
    # A rule set may date by submission, and let what happens this year replace what counted last year.
    matters = [matter_id, *source_matters(matter_id)]
    came_in = ItemFact.objects.filter(matter__in=matters).values_list("submitted_on", flat=True)
    happened = Event.objects.filter(matter__in=matters).values_list("occurred_on", flat=True)
    return {day.year for day in came_in.union(happened)}


def _note(years: set[int]) -> None:
    StaleYear.objects.bulk_create([StaleYear(year=year) for year in sorted(years)], ignore_conflicts=True)
