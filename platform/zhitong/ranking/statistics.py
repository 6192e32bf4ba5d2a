"""Descriptive statistics of a unit, or of it and all below: shares, times between, what went between units."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from statistics import median

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from zhitong.core.clock import start_of
from zhitong.core.workdays import Calendar
from zhitong.exchange.journeys import Node
from zhitong.exchange.models import Dispatch, Event, EventKind, ItemFact
from zhitong.exchange.queries import chains_down
from zhitong.ranking.figures import Units, facts, rows
from zhitong.ranking.periods import Period

REPLIED = "replied"
_WHOLE = 10_000  # hundredths of a per cent


def shares(parts: Sequence[int]) -> list[Decimal]:
    """Return what each part is of their sum, in per cent with two places that add up to exactly 100.00.

    By the largest remainder: each is cut, and what is missing goes to those that lost most, the first of equals first.
    Where the sum is 0 every share is 0.
    """
    whole = sum(parts)
    if not whole:
        return [Decimal("0.00")] * len(parts)
    cut = [_WHOLE * part // whole for part in parts]
    lost = sorted(range(len(parts)), key=lambda at: (-(_WHOLE * parts[at] % whole), at))
    for at in lost[: _WHOLE - sum(cut)]:
        cut[at] += 1
    return [Decimal(part).scaleb(-2) for part in cut]


@dataclass(frozen=True, slots=True)
class Spell:
    """How long it took from the submission: of how many items, and the middle of the days and of the working days."""

    number: int
    days: Decimal | None
    working_days: Decimal | None


def time_to(what: str, when: Period, units: Units, calendar: Calendar) -> Spell:
    """Return the time from the submission to the first day in a period on which items count as `what`.

    The items are those that the count of the same name counts.
    """
    counted = rows(when, units).filter(what=what).values_list("fact", "fact__submitted_on").annotate(first=Min("on"))
    return _spell([(submitted, first) for _, submitted, first in counted.order_by()], calendar)


def time_to_reply(when: Period, units: Units, calendar: Calendar) -> Spell:
    """Return the time from the submission to the first answer (答复) in a period; the items are those of `replied`."""
    found = replied(when, units)
    submitted = dict(ItemFact.objects.filter(pk__in=found).values_list("pk", "submitted_on"))
    return _spell([(submitted[key], first) for key, first in found.items()], calendar)


def replied(when: Period, units: Units) -> dict[int, date]:
    """Return the items (by key) that were answered in a period, here or anywhere above, with the day of the first."""
    first: dict[Node, date] = {}
    answers = Event.objects.filter(kind=EventKind.REPLIED, occurred_on__range=(when.first, when.last))
    standing = answers.filter(reverses__isnull=True, reversed_by__isnull=True).order_by("occurred_on")
    for unit_id, item, day in standing.values_list("unit", "item_uuid", "occurred_on"):
        first.setdefault(Node(unit_id, item), day)
    days: dict[Node, date] = {}
    for answered, chain in chains_down(first).items():
        for node in chain:
            days[node] = min(first[answered], days.get(node, first[answered]))
    known = ItemFact.objects.filter(item_uuid__in={node.item_uuid for node in days})
    if units is not None:
        known = known.filter(unit__in=units)
    keys = known.values_list("pk", "unit", "item_uuid")
    return {key: days[Node(unit_id, item)] for key, unit_id, item in keys if Node(unit_id, item) in days}


def items(when: Period, what: str, units: Units) -> QuerySet[ItemFact]:
    """Return the items behind a count, or those that were answered (`REPLIED`)."""
    if what == REPLIED:
        return ItemFact.objects.filter(pk__in=replied(when, units))
    return facts(when, what, units)


def _spell(pairs: Iterable[tuple[date, date]], calendar: Calendar) -> Spell:
    found = list(pairs)
    if not found:
        return Spell(0, None, None)
    worked = _working_days(min(first for first, _ in found), max(last for _, last in found), calendar)
    days = median((last - first).days for first, last in found)
    return Spell(len(found), Decimal(days), Decimal(median(worked[last] - worked[first] for first, last in found)))


def _working_days(first: date, last: date, calendar: Calendar) -> Mapping[date, int]:
    """How many working days lie up to each day: the difference of two is what lies between."""
    days = [first + timedelta(days=n) for n in range((max(first, last) - first).days + 1)]
    return dict(zip(days, accumulate(calendar.works(day) for day in days), strict=True))


@dataclass(frozen=True, slots=True)
class Flow:
    """What one unit sent to one receiver in a period: how many items stand how there, by the state of the sending."""

    sender: int
    receiver: int | None
    body: int | None
    states: Mapping[str, int]

    @property
    def number(self) -> int:
        """How many items were sent."""
        return sum(self.states.values())


def sendings(when: Period, units: Units) -> QuerySet[Dispatch]:
    """Return the sendings of a period from these units, or to them: of an item sent again to the same, the last.

    What was recalled, or went on to another receiver (that is a sending of its own), is not among them.
    """
    begin, end = start_of(when.first), start_of(when.last + timedelta(days=1))
    gone = (Dispatch.State.RECALLED, Dispatch.State.MOVED)
    found = Dispatch.objects.filter(sent_at__gte=begin, sent_at__lt=end).exclude(state__in=gone)
    if units is not None:
        found = found.filter(Q(sender__in=units) | Q(receiver__in=units))
    again = found.filter(
        Q(receiver=OuterRef("receiver")) | Q(body=OuterRef("body")),
        sender=OuterRef("sender"),
        item_uuid=OuterRef("item_uuid"),
        attempt__gt=OuterRef("attempt"),
    )
    return found.filter(~Exists(again))


def flows(when: Period, units: Units) -> list[Flow]:
    """Return who sent how many items to whom and how they stand there, the largest first."""
    found: defaultdict[tuple[int, int | None, int | None], dict[str, int]] = defaultdict(dict)
    counted = sendings(when, units).values_list("sender", "receiver", "body", "state").annotate(number=Count("pk"))
    for sender, receiver, body, state, number in counted.order_by():
        found[sender, receiver, body][state] = number
    made = [Flow(*key, states) for key, states in found.items()]
    return sorted(made, key=lambda flow: (-flow.number, flow.sender, flow.receiver or 0, flow.body or 0))
