"""Which events are drawn as places of their own, and how: one table. What is not in it stands in the list alone."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from zhitong.exchange.journeys.stops import Node, Stop, is_undone
from zhitong.exchange.journeys.telling import who_instructed
from zhitong.exchange.models import Event, EventKind, LeaderRank
from zhitong.units.models import Level
from zhitong.web.parts import State

_LEVEL_OF = {
    LeaderRank.COUNTY: Level.COUNTY,
    LeaderRank.CITY: Level.CITY,
    LeaderRank.PROVINCE: Level.PROVINCE,
    LeaderRank.MINISTRY: Level.NATIONAL,
    LeaderRank.NATIONAL: Level.NATIONAL,
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind of event is drawn beside the place where it happened.

    `leads`: later ones that follow (`follows`) hang on it, as an answer hangs on the instruction. `seal`: the word is
    the seal of 批示.
    """

    icon: str
    leads: bool = False
    follows: bool = False
    seal: bool = False


DRAWN: dict[str, Look] = {
    EventKind.INSTRUCTION: Look("writing-sign", leads=True, seal=True),
    EventKind.ASSIGNED: Look("arrows-split-2", leads=True, follows=True),
    EventKind.REPLIED: Look("message-reply", follows=True),
    EventKind.PUBLISHED: Look("book"),
}


@dataclass(frozen=True, slots=True)
class Aside:
    """An event drawn as a place of its own: who, what, beside which stop. `gone` when a later event corrected it."""

    key: str
    stop: str
    level: str
    at: datetime
    who: str
    state: State
    note: str
    leads: bool
    follows: bool
    seal: bool
    gone: bool


def aside_of(event: Event, stop: Stop, insider_of: Set[Node]) -> Aside | None:
    """Return how an event is drawn beside its stop; None for one that is not."""
    look = DRAWN.get(event.kind)
    if look is None or event.reverses_id is not None:
        return None
    gone = is_undone(event)
    return Aside(
        key=f"e{event.pk}",
        stop=stop.key,
        level=_LEVEL_OF.get(LeaderRank(event.leader_rank), Level(event.level)) if event.leader_rank else event.level,
        at=event.at,
        who=_who(event, stop, insider_of),
        state=State("已冲正" if gone else EventKind(event.kind).label, "off" if gone else "ok", look.icon),
        note=f"《{event.bulletin}》" if event.bulletin else "",
        leads=look.leads,
        follows=look.follows,
        seal=look.seal and not gone,
        gone=gone,
    )


def _who(event: Event, stop: Stop, insider_of: Set[Node]) -> str:
    if event.kind == EventKind.INSTRUCTION:
        return who_instructed(event, insider_of)
    if hasattr(event, "handling_step"):  # the handler who answered
        return event.by
    if event.kind == EventKind.ASSIGNED:
        return event.reason.partition("；")[0].partition("：")[2]
    return event.body.short_name if event.body else stop.name
