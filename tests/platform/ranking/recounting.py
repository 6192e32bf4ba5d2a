"""A recount from the raw events, obviously right and slow: it shares no code with what it is compared with.

Everything is read into lists once, and every way between items is walked one step at a time.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from zhitong.exchange.models import Dispatch, Event, ItemFact, ItemSource, MergePart

_HEIGHTS = {"branch": 0, "county": 1, "city": 2, "province": 3, "national": 4}
_HERE = ZoneInfo("Asia/Shanghai")
Item = tuple[int, UUID]  # unit, item
Found = dict[tuple[int, str], set[UUID]]


@dataclass(frozen=True)
class _Reached:
    """An item that stands behind another: through which merges one came to it, the lowest last."""

    item: Item
    merges: tuple[MergePart, ...]


class Recount:
    """The whole network as it stands, and how many items of each unit count as what on the days of a period."""

    def __init__(self) -> None:
        self.facts = {(fact.unit_id, fact.item_uuid): fact for fact in ItemFact.objects.select_related("unit")}
        self.dispatches = list(Dispatch.objects.all())
        self.events = list(Event.objects.order_by("at", "pk"))
        self.undone = {event.reverses_id for event in self.events if event.reverses_id}
        self.moments = {event.pk: event.at for event in self.events}
        self.parts = list(MergePart.objects.all())
        self.sources: dict[Item, list[Item]] = defaultdict(list)
        sent = {dispatch.pk: (dispatch.sender_id, dispatch.item_uuid) for dispatch in self.dispatches}
        for source in ItemSource.objects.order_by("pk"):
            self.sources[source.unit_id, source.item_uuid].append(sent[source.dispatch_id])

    def of(self, first: date, last: date) -> Found:
        """Return the items of each unit by what they count as."""
        found: Found = defaultdict(set)
        merged = {(part.unit_id, part.item_uuid) for part in self.parts}
        for item, fact in self.facts.items():
            if first <= fact.submitted_on <= last and item not in merged:
                found[fact.unit_id, "received"].add(fact.item_uuid)
        for dispatch in self.dispatches:
            day = dispatch.sent_at.astimezone(_HERE).date()
            if first <= day <= last and dispatch.state != "recalled":
                found[dispatch.sender_id, "sent"].add(dispatch.item_uuid)
        for event in self.events:
            stands = event.reverses_id is None and event.pk not in self.undone
            if stands and first <= event.occurred_on <= last:
                if event.kind == "adopted":
                    self._adopted(event, found)
                elif event.kind == "instruction":
                    self._instructed(event, found)
        return found

    def _adopted(self, event: Event, found: Found) -> None:
        behind = list(self._behind(event))
        own = [one for one in behind if one.item[0] == event.unit_id]
        if event.body_id is None:
            # A merged item stands for the reports of its unit that were merged into it.
            joined = [one for one in own if one.merges]
            for one in joined or own:
                found[event.unit_id, "adopted"].add(one.item[1])
        for one in behind:
            unit_id, item = one.item
            decided_itself = event.body_id is None and unit_id == event.unit_id
            has_merged_it = any(part.unit_id == unit_id for part in one.merges)
            is_above = _HEIGHTS[event.level] > _HEIGHTS[self.facts[one.item].unit.level]
            if is_above and not decided_itself and not has_merged_it:
                found[unit_id, "higher"].add(item)
                if event.level != "county":
                    found[unit_id, f"higher_{event.level}"].add(item)

    def _instructed(self, event: Event, found: Found) -> None:
        for one in self._behind(event):
            if not (one.merges and one.merges[-1].unit_id == one.item[0]):
                found[one.item[0], "instructions"].add(one.item[1])

    def _behind(self, event: Event) -> Iterator[_Reached]:
        """The item of an event and all it was made of, each once, by the shortest way; withdrawn ones are not in it."""
        start = (event.unit_id, event.item_uuid)
        waiting, seen = [_Reached(start, ())], {start}
        for one in waiting:
            if one.item in self.facts and not any(self._withdrawn(part, event) for part in one.merges):
                yield one
            below = [_Reached(item, one.merges) for item in self.sources[one.item]]
            below += [
                _Reached((part.unit_id, part.source_uuid), (*one.merges, part))
                for part in self.parts
                if (part.unit_id, part.item_uuid) == one.item and part.ended_at is None
            ]
            for each in below:
                if each.item not in seen:
                    seen.add(each.item)
                    waiting.append(each)

    def _withdrawn(self, part: MergePart, event: Event) -> bool:
        return part.withdrawal_id is not None and self.moments[part.withdrawal_id] <= event.at
