"""The whole way of one report, as one reader may see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from zhitong.core import clock, glossary
from zhitong.core.workdays import Calendar
from zhitong.exchange.journeys.awaiting import Awaited, awaited_of
from zhitong.exchange.journeys.branches import Branch, branches_of
from zhitong.exchange.journeys.stops import Link, Node, Stop, height
from zhitong.exchange.journeys.telling import next_of, step_of
from zhitong.exchange.models import Event, EventKind, ItemFact
from zhitong.units.models import UnitKind
from zhitong.web.parts import JourneyStep, NowLine, Station, Track

STATIONS = 4  # of a track: branch or county, city, province, nation
_NATION = "全国政协"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a way comes to: its adoptions, the highest of them, its instructions and answers."""

    adopted: Sequence[tuple[Stop, Event]]
    instructions: Sequence[Event]
    replies: Sequence[Event]

    @property
    def highest(self) -> str:
        """The highest adoption in words: 省级单篇采用; empty without one."""
        if not self.adopted:
            return ""
        stop, event = max(self.adopted, key=lambda one: height(one[1].level))
        return f"{event.get_level_display()}{stop.mode_of(event).label}"


@dataclass(frozen=True)
class Journey:
    """The whole way of one item, as one reader may see it.

    `stops` are in the order of levels and time, `links` the ways between them; `now` says what is awaited; `steps` are
    ready to be drawn. `insider_of` are the items whose events are open to the reader in full; of the others' they see
    what the recorder let go down.
    """

    fact: ItemFact
    stops: Sequence[Stop]
    links: Sequence[Link] = ()
    insider_of: frozenset[Node] = frozenset()

    @property
    def track(self) -> Track:
        """The way as a line of stations: those reached, then those of the line above that may follow."""
        # What went on as part of another item of the unit stands there as that item.
        stations = [Station(_place(stop.name), *stop.outcome) for stop in self.stops if not stop.is_merged]
        may_follow = [Station(_place(name), glossary.NOT_SENT) for name in self._ahead()]
        return Track([*stations, *may_follow[: max(0, STATIONS - len(stations))]], instructed=self.instructed)

    @property
    def instructed(self) -> bool:
        """Whether a leader wrote an instruction anywhere on the way."""
        return any(event.kind == EventKind.INSTRUCTION for stop in self.stops for event in stop.standing)

    @property
    def steps(self) -> list[JourneyStep]:
        """The way as levels with their events, in the order of `stops`."""
        return [step_of(stop, self.insider_of) for stop in self.stops]

    @property
    def branches(self) -> list[Branch]:
        """The way line by line."""
        return branches_of(self.stops, self.links)

    @property
    def summary(self) -> Summary:
        """What the way comes to."""
        standing = [(stop, event) for stop in self.stops for event in stop.standing]
        return Summary(
            [(stop, event) for stop, event in standing if event.kind == EventKind.ADOPTED and not stop.is_merged],
            [event for _, event in standing if event.kind == EventKind.INSTRUCTION],
            [event for _, event in standing if event.kind == EventKind.REPLIED],
        )

    @property
    def begun(self) -> ItemFact:
        """The item that was submitted first."""
        return min((stop.fact for stop in self.stops if stop.fact), key=lambda fact: fact.submitted_at)

    def awaited(self, calendar: Calendar) -> list[Awaited]:
        """Return what is awaited, what is late first."""
        return awaited_of(self.stops, self.links, calendar)

    @property
    def now(self) -> NowLine:
        """Where the item is and what comes next."""
        waiting = [stop for stop in self.stops if stop.waits]
        stop = waiting[-1] if waiting else self.stops[-1]
        word = stop.outcome[0]
        if not waiting:
            return NowLine(where=f"{stop.name}，{word}")
        if len(waiting) > 1:
            first = min(clock.local_date(one.begun) for one in waiting)
            days = (clock.today() - first).days
            names = "、".join(dict.fromkeys(one.name for one in waiting))
            return NowLine(f"在等 {len(waiting)} 处", f"最久已等 {days} 天" if days else "", names)
        days = (clock.today() - clock.local_date(stop.begun)).days if not stop.said_next else 0
        return NowLine(where=f"{stop.name}，{word}", waited=f"已等 {days} 天" if days else "", next=next_of(stop))

    def _ahead(self) -> list[str]:
        """Return the names of the units above the last stop, up to the nation, while the item may still go there."""
        last = self.stops[-1]
        if last.unit is None or last.outcome[1] not in {"ok", "now"}:
            return []
        names, unit = [], last.unit.parent
        while unit is not None:
            names.append(unit.short_name)
            unit = unit.parent
        if last.unit.kind == UnitKind.COMMITTEE:
            names.append(_NATION)
        return [name for name in names if name not in {stop.name for stop in self.stops}]


def _place(name: str) -> str:
    return name.removesuffix("政协") or name
