"""What is awaited on a way: from whom, what, since when, until when, and who looks after it."""

from collections.abc import Sequence
from dataclasses import dataclass

from zhitong.core import clock
from zhitong.core.workdays import Calendar
from zhitong.exchange.journeys.stops import Link, Stop
from zhitong.web.parts import State
from zhitong.web.templatetags.zt import zt_due, zt_short


@dataclass(frozen=True, slots=True)
class Awaited:
    """One thing that is awaited. `days` are working days so far; `watched_by` is the unit that has to look after it."""

    stop: Stop
    what: str
    since: str
    days: int
    watched_by: str
    due: State | None = None

    @property
    def is_late(self) -> bool:
        """Whether its time is over."""
        return self.due is not None and self.due.kind == "late"


def awaited_of(stops: Sequence[Stop], links: Sequence[Link], calendar: Calendar) -> list[Awaited]:
    """Return what is awaited: what is late first, then by how long it has waited."""
    senders = {link.target: link.source for link in links}
    by_key = {stop.key: stop for stop in stops}
    found = [_awaited(stop, by_key.get(senders.get(stop.key, "")), calendar) for stop in stops if stop.waits]
    return sorted(found, key=lambda one: (not one.is_late, -one.days))


def _awaited(stop: Stop, sender: Stop | None, calendar: Calendar) -> Awaited:
    if stop.said_next:
        return Awaited(stop, stop.outcome[0], stop.said_next, 0, stop.name)
    dispatch = stop.dispatch
    begun = clock.local_date(stop.begun)
    since = f"{sender.name} {zt_short(begun)} 报送" if sender and dispatch else f"{zt_short(begun)} 提交"
    days = calendar.between(begun, clock.today())
    if dispatch and dispatch.body_id:
        return Awaited(stop, "采用结果", since, days, f"{sender.name if sender else ''}登记")
    if stop.fact is None and dispatch and dispatch.received_at is None:
        return Awaited(stop, "签收", since, days, sender.name if sender else "", zt_due(dispatch.due_at))
    if stop.fact is None:
        return Awaited(stop, "采用结果", since, days, sender.name if sender else "")
    return Awaited(stop, "审核结果", since, days, stop.name)
