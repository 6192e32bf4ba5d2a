"""The yearly summary of a unit, written from its data in the words that committees use.

The form is that of 南海区政协's published summary of 2019: received, adopted, adopted by the city, then each item that
the province or the nation adopted. A unit that only sent an item on (转送) is not named when somebody above adopted it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tenants.items.models import Item
from zhitong.exchange.models import AdoptionMode, EventKind, ItemFact
from zhitong.ranking import figures
from zhitong.ranking.history import Happening, happenings
from zhitong.ranking.models import Standing
from zhitong.ranking.periods import Period
from zhitong.ranking.queries import shows_points
from zhitong.units.models import LEVEL_ORDER, BodyKind, Level, Unit, UnitKind

_ABOVE = (Level.PROVINCE, Level.NATIONAL)
# "省委、中办" are written out in a summary.
_WRITTEN_OUT = {"中办": "中共中央办公厅", "国办": "国务院办公厅"}


# More honours than these are counted by who adopted; the table behind the paragraph names each.
_TOLD_ONE_BY_ONE = 6


@dataclass(frozen=True, slots=True)
class Honour:
    """An item that the province or the nation adopted: whose, which, and by whom in which way (`{mode: bodies}`)."""

    author: str
    title: str
    adopted: Mapping[str, Sequence[str]]

    @property
    def by(self) -> str:
        """Who adopted it and how: 被省委、中共中央办公厅综合采用."""
        return "，".join(f"被{'、'.join(bodies)}{mode}" for mode, bodies in self.adopted.items())

    @property
    def words(self) -> str:
        """The item as the paragraph tells of it."""
        return f"{self.author}撰写的《{self.title}》{self.by}"


@dataclass(frozen=True, slots=True)
class YearFigures:
    """What a year comes to: numbers of items, and the items adopted by the province or above."""

    received: int
    adopted: int
    by_city: int
    city_bodies: tuple[str, ...]
    honours: tuple[Honour, ...]
    standing: Standing | None


def year_paragraph(unit: Unit, year: int) -> str:
    """Return the paragraph of the yearly summary. The unit must be in force: titles are its own."""
    return paragraph_of(unit, year, year_figures(unit, year))


def paragraph_of(unit: Unit, year: int, this: YearFigures) -> str:
    """Return the paragraph that says these figures of a year."""
    if not this.received:
        return f"{year}年，{unit.short_name}未收到社情民意信息。"
    senders = ""
    if unit.kind == UnitKind.COMMITTEE:
        senders = "政协委员和特约信息员报送的" if unit.level == Level.COUNTY else "各级政协、参加单位和政协委员报送的"
    parts = [
        f"{year}年，{unit.short_name}共收到{senders}社情民意信息共{this.received}篇",
        f"采用{this.adopted}篇" if this.adopted else "未有采用",
    ]
    if unit.level == Level.COUNTY:
        bodies = "、".join(this.city_bodies)
        parts.append(f"被{bodies}采用{this.by_city}篇" if this.by_city else "未有信息被市级采用")
    parts += _told(this.honours) or (f"未有信息被{'全国' if unit.level == Level.PROVINCE else '省级以上'}采用",)
    if this.standing and this.standing.points:
        place = f"，在同级单位中列第{this.standing.rank}位" if this.standing.rank else ""
        parts.append(f"信息工作得{this.standing.points.normalize():f}分{place}")
    return "，".join(parts) + "。"


def _told(honours: Sequence[Honour]) -> list[str]:
    """Name each of a few; of many tell how many whom they were adopted by, and name the first."""
    if len(honours) <= _TOLD_ONE_BY_ONE:
        return [honour.words for honour in honours]
    counts = Counter((body, mode) for honour in honours for mode, bodies in honour.adopted.items() for body in bodies)
    ways = [f"被{body}{mode}{number}篇" for (body, mode), number in counts.most_common()]
    return ["、".join(ways), f"其中{honours[0].words}"]


def year_figures(unit: Unit, year: int) -> YearFigures:
    """Count the year of a unit from events, by the same counting that rankings use."""
    found = happenings(year, [unit.pk])
    counts = figures.total(Period.of_year(year), [unit.pk])
    adoptions = [h for h in found if _is_adoption_above(h, unit, year)]
    by_city = [h for h in adoptions if h.event.level == Level.CITY]
    return YearFigures(
        received=counts.received,
        adopted=counts.adopted,
        by_city=counts.higher_city,
        city_bodies=tuple(_together(unit, [_body(h, unit) for h in sorted(by_city, key=_party_first)])),
        honours=tuple(_honours(unit, [h for h in adoptions if h.event.level in _ABOVE])),
        standing=_standing(unit, year),
    )


def _standing(unit: Unit, year: int) -> Standing | None:
    """The place and points that the owner of the rules lets the unit see."""
    rows = Standing.objects.filter(unit=unit, year=year, month=0).select_related("rule_set").order_by("rule_set_id")
    return next((row for row in rows if shows_points(row.rule_set, unit)), None)


def _is_adoption_above(happening: Happening, unit: Unit, year: int) -> bool:
    event = happening.event
    return (
        event.kind == EventKind.ADOPTED
        and not happening.undone
        and event.reverses_id is None
        and event.occurred_on.year == year
        and LEVEL_ORDER.index(Level(event.level)) > LEVEL_ORDER.index(Level(unit.level))
        and _own(happening, unit) is not None
    )


def _own(happening: Happening, unit: Unit) -> ItemFact | None:
    return next((fact for fact in happening.contributing if fact.unit_id == unit.pk), None)


def _party_first(happening: Happening) -> bool:
    """Summaries name the Party committee before the committee of the CPPCC."""
    return happening.event.body_kind != BodyKind.PARTY_OFFICE


def _body(happening: Happening, unit: Unit) -> str:
    """Return who adopted, by a name that says the place: 佛山市委, 佛山市政协, 民盟佛山市委会."""
    event = happening.event
    name = event.body.short_name if event.body else event.unit.short_name
    place = _place_above(unit)
    if event.level == Level.CITY and event.body and place and name.startswith(place[-1]):
        return place[:-1] + name
    return _WRITTEN_OUT.get(name, name)


def _place_above(unit: Unit) -> str:
    """Return the city or province whose committee stands above: 佛山市; empty for the party lines."""
    above = unit.parent.short_name if unit.parent else ""
    return above.removesuffix("政协") if above.endswith("政协") else ""


def _together(unit: Unit, names: Sequence[str]) -> list[str]:
    """Name each body once and the place once, as people write: 佛山市委、市政协."""
    first, *others = dict.fromkeys(names) or [""]
    place = _place_above(unit)
    if not (place and first.startswith(place)):
        return [name for name in (first, *others) if name]
    return [first, *(place[-1] + name.removeprefix(place) if name.startswith(place) else name for name in others)]


def _honours(unit: Unit, adoptions: list[Happening]) -> Iterable[Honour]:
    by_item: dict[UUID, list[Happening]] = defaultdict(list)
    for happening in sorted(adoptions, key=lambda h: h.event.occurred_on):
        fact = _own(happening, unit)
        assert fact is not None
        by_item[fact.item_uuid].append(happening)
    items = {item.uuid: item for item in Item.objects.filter(uuid__in=by_item).prefetch_related("authors")}
    ordered = sorted(by_item, key=lambda item: (*_merit(by_item[item]), by_item[item][-1].event.occurred_on))
    for item_uuid in ordered:
        named = _without_senders(by_item[item_uuid])
        modes: dict[str, list[str]] = defaultdict(list)
        for happening in sorted(named, key=lambda h: LEVEL_ORDER.index(Level(h.event.level))):
            modes[AdoptionMode(happening.event.mode).label].append(_body(happening, unit))
        item = items[item_uuid]
        yield Honour(_author(item), item.title, {mode: list(dict.fromkeys(bodies)) for mode, bodies in modes.items()})


def _without_senders(adoptions: list[Happening]) -> list[Happening]:
    """Leave out a committee that passed an item on when a body above adopted it."""
    above = [h for h in adoptions if h.event.mode != AdoptionMode.PASSED_ON or h.event.body_id]
    return above or adoptions


def _merit(adoptions: list[Happening]) -> tuple[int, bool]:
    """Return the place of an item as the published summary has it, the highest first.

    Adoption by the nation stands before passing on by it; of equals 全国政协's before that of another body.
    """
    best = _without_senders(adoptions)
    heights = [2 * LEVEL_ORDER.index(Level(h.event.level)) + (h.event.mode != AdoptionMode.PASSED_ON) for h in best]
    kinds = {h.event.body_kind for h, height in zip(best, heights, strict=True) if height == max(heights)}
    return -max(heights), BodyKind.CPPCC not in kinds


def _author(item: Item) -> str:
    first = next(iter(item.signers), None)
    if first is None:
        return item.from_unit
    return f"{item.from_unit or first.sector or first.party}{first.name}"
