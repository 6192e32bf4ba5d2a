"""Consumers of ranking: an event makes its year stale; the worker catches up within seconds."""

from typing import Any

from zhitong.core import outbox
from zhitong.exchange.models import Event, ItemFact
from zhitong.ranking.models import StaleYear


@outbox.consumer("exchange.event.recorded")
def mark_stale(payload: dict[str, Any]) -> None:
    """Note the years that the event may count in."""
    event = Event.objects.select_related("reverses").get(pk=payload["event"])
    years = {event.occurred_on.year}
    if event.reverses:
        years.add(event.reverses.occurred_on.year)
    # A rule set may date by submission: what happens this year counts for the year the matter came in.
    years |= {
        day.year for day in ItemFact.objects.filter(matter=event.matter_id).values_list("submitted_on", flat=True)
    }
    StaleYear.objects.bulk_create([StaleYear(year=year) for year in sorted(years)], ignore_conflicts=True)
