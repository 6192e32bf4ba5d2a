"""Consumers of ranking: what an event, other names or an exemplar may change waits to be counted, for seconds."""

from collections.abc import Iterable
from typing import Any

from zhitong.core import outbox
from zhitong.exchange.models import Event, ItemFact, Paper, PaperKind
from zhitong.ranking.models import StaleMatter


@outbox.consumer("exchange.event.recorded")
def mark_stale(payload: dict[str, Any]) -> None:
    """Note what happened to which matter."""
    event = Event.objects.get(pk=payload["event"])
    _note([event.matter_id], event)


@outbox.consumer("exchange.authors.changed")
def follow_authors(payload: dict[str, Any]) -> None:
    """Note the matter whose points belong to other names now."""
    _note(ItemFact.objects.filter(pk=payload["fact"]).values_list("matter", flat=True))


@outbox.consumer("exchange.paper.arrived")
@outbox.consumer("exchange.paper.withdrawn")
def follow_exemplars(payload: dict[str, Any]) -> None:
    """Note the matter of an item that is shown as an exemplar, or no longer: rule sets may reward that."""
    shown = Paper.objects.filter(kind=PaperKind.EXEMPLAR, deliveries__uuid=payload["delivery"])
    of = ItemFact.objects.filter(unit_id__in=shown.values("unit_id"), item_uuid__in=shown.values("item_uuid"))
    _note(of.values_list("matter", flat=True))


def _note(matters: Iterable[int], event: Event | None = None) -> None:
    rows = [StaleMatter(matter_id=matter, event=event) for matter in matters]
    StaleMatter.objects.bulk_create(rows, ignore_conflicts=True)
