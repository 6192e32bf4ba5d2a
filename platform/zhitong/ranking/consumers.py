"""Consumers of ranking: an event makes its year stale; the worker catches up within seconds."""

from typing import Any

from zhitong.core import outbox
from zhitong.exchange.models import Event
from zhitong.ranking.models import StaleYear


@outbox.consumer("exchange.event.recorded")
def mark_stale(payload: dict[str, Any]) -> None:
    """Note that the year of the event has to be recomputed."""
    day = Event.objects.values_list("occurred_on", flat=True).get(pk=payload["event"])
    StaleYear.objects.bulk_create([StaleYear(year=day.year)], ignore_conflicts=True)
