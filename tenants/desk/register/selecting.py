"""Which items stand in the register, how far each has come, and what the whole comes to: all of it by the database."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from tenants.accounts.models import User
from tenants.items.models import Item, State
from tenants.items.queries import with_authors
from zhitong.core import clock, glossary
from zhitong.exchange.models import Dispatch, Event, EventKind, ItemFact, MergePart
from zhitong.units.models import LEVEL_ORDER, Level, Unit

_Sent = Dispatch.State
# The latest first.
ORDER = ("-year", "-number", "-id")
_WAITING = (_Sent.SENT, _Sent.RECEIVED, _Sent.ACCEPTED)
# tab -> its word; the conditions stand in `_TABS`
TABS = {
    "": "全部",
    "open": "在办",
    "late": "超期",
    "adopted": glossary.ADOPTED,
    "instructed": "有批示",
    "replied": "已答复",
    "over": "未采用",
    "mine": "我是专人",
}


@dataclass(frozen=True, slots=True)
class Totals:
    """Numbers of items by tab, over the whole filter."""

    by_tab: dict[str, int]


def register(unit: Unit) -> QuerySet[Item]:
    """Return the register of a unit, which must be in force, each row with how far it has come.

    What was recalled was not sent. Sources of a merged item stand in that. Instructions and answers count at the unit's
    level and above, on the item's line and on what it was merged into.
    """
    out = Dispatch.objects.filter(sender_id=unit.pk, item_uuid=OuterRef("uuid")).exclude(state=_Sent.RECALLED)
    fact = ItemFact.objects.filter(unit_id=unit.pk, item_uuid=OuterRef("uuid"))
    rows = (
        Item.objects.exclude(state__in=[State.DRAFT, State.MERGED, State.WITHDRAWN])
        .annotate(
            was_sent=Exists(out),
            waits_there=Exists(out.filter(state__in=_WAITING)),
            taken_there=Exists(out.exclude(state=_Sent.SENT, body__isnull=True)),
            adopted_there=Exists(out.filter(state=_Sent.ADOPTED)),
            unread_late=Exists(out.filter(state=_Sent.SENT, due_at__lt=clock.now())),
            matter_id=Subquery(fact.values("matter_id")[:1]),
        )
        .filter(Q(was_sent=True) | Q(dispatch_uuid__isnull=False))
    )
    return rows.annotate(
        is_instructed=_happened(unit, EventKind.INSTRUCTION), is_replied=_happened(unit, EventKind.REPLIED)
    )


def ready(rows: QuerySet[Item]) -> QuerySet[Item]:
    """Return rows with what `rows_of` reads of them."""
    return with_authors(rows.select_related("register_line"))


def in_tab(rows: QuerySet[Item], tab: str, user: User) -> QuerySet[Item]:
    """Return the rows of a tab; an unknown one is the whole."""
    condition = _tabs(user).get(tab)
    return rows if condition is None else rows.filter(condition)


def totals_of(rows: QuerySet[Item], user: User) -> Totals:
    """Return how many rows each tab has, by one query."""
    counted = {f"n_{tab}": Count("pk", filter=condition) for tab, condition in _tabs(user).items()}
    found = rows.aggregate(n_=Count("pk"), **counted)
    return Totals({tab: found[f"n_{tab}"] for tab in TABS})


def years_of(rows: QuerySet[Item]) -> list[int]:
    """Return the years that the register has rows of, the latest first."""
    return [year for year in rows.order_by("-year").values_list("year", flat=True).distinct() if year]


def _tabs(user: User) -> dict[str, Q]:
    """Return the condition of each tab but the whole.

    A row is open while somebody has still to decide; adopted by a receiver, or by the unit itself where the item was
    not sent on; late when a receipt, or the day of the next asking, is over.
    """
    waits = Q(waits_there=True) | Q(was_sent=False, state=State.IN_REVIEW)
    adopted = Q(adopted_there=True) | Q(was_sent=False, state=State.APPROVED)
    return {
        "open": waits,
        "late": Q(unread_late=True) | (waits & Q(register_line__check_on__lt=clock.today())),
        "adopted": adopted,
        "instructed": Q(is_instructed=True),
        "replied": Q(is_replied=True),
        "over": ~waits & ~adopted,
        "mine": Q(register_line__person_user=user),
    }


def levels_above(unit: Unit) -> list[Level]:
    """Return the level of a unit and those above it."""
    return LEVEL_ORDER[LEVEL_ORDER.index(Level(unit.level)) :]


def _happened(unit: Unit, kind: EventKind) -> Q:
    """Return whether such an event stands on the item's line, or on what it was merged into.

    Two conditions instead of one with an `or` inside, so that each finds its events by the index of the matter.
    """
    standing = {"kind": kind, "level__in": levels_above(unit), "reverses__isnull": True, "reversed_by__isnull": True}
    own = Event.objects.filter(matter_id=OuterRef("matter_id"), **standing)
    merged = MergePart.objects.filter(
        source_matter_id=OuterRef("matter_id"),
        ended_at__isnull=True,
        withdrawal__isnull=True,
        **{f"matter__events__{name}": value for name, value in standing.items()},
    )
    return Exists(own) | Exists(merged)


def late_since(sent: Dispatch) -> datetime | None:
    """Return the limit of a receipt that is awaited; None when none is."""
    return sent.due_at if sent.state == _Sent.SENT and not sent.body_id else None
