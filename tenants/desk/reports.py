"""The paragraph of the yearly summary that tells the year in figures, written from data.

The wording is that of a committee's own summary (南海区政协 2019): what came in, what was adopted, how many the city
took, each item that went further, and where the unit stands.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from tenants.items.models import Item
from tenants.items.queries import with_authors
from zhitong.core import clock
from zhitong.core.errors import NoUnitError
from zhitong.core.operations import require_unit
from zhitong.exchange.models import AdoptionMode, Event, EventKind
from zhitong.ranking.history import Happening, happenings
from zhitong.ranking.models import Standing
from zhitong.ranking.queries import network_rules
from zhitong.ranking.tally import items_behind
from zhitong.units.models import LEVEL_ORDER, BodyKind, Level, Unit, UnitKind

_PLACES = {Level.COUNTY: "区县级", Level.CITY: "市级", Level.PROVINCE: "省级", Level.NATIONAL: "全国"}
_ORDER = [
    BodyKind.PARTY_OFFICE,
    BodyKind.GOVERNMENT,
    BodyKind.UNITED_FRONT,
    BodyKind.PARTY_CENTRAL,
    BodyKind.CPPCC,
    BodyKind.PARTY,
    BodyKind.FEDERATION,
    BodyKind.ORGANISATION,
    BodyKind.BUREAU,
]
_FULL_NAME = 8  # characters: a summary writes 中共中央办公厅 out, but not 中国人民政治协商会议全国委员会


@dataclass(frozen=True, slots=True)
class Adoption:
    """An item of the unit, adopted by somebody above it."""

    item_uuid: UUID
    event: Event


def year_summary(unit: Unit, year: int) -> str:
    """Return the paragraph for `unit` and `year`; the unit's schema must be in force.

    Figures: items submitted or received in the year, items the unit adopted in it, distinct items that the next level
    adopted in it, and by title those adopted by the province (for units below the city's superior) and above.
    Corrected outcomes count nowhere.

    Raises:
        NoUnitError: another unit, or none, is in force.
    """
    if require_unit() != unit.pk:
        raise NoUnitError("the paragraph reads the unit's own titles")
    received = len(items_behind(unit.pk, year, 0, "received"))
    begin = "今年以来" if year == clock.today().year else f"{year}年"
    if not received:
        return f"{begin}，{unit.short_name}未收到社情民意信息。"
    above = _adoptions(unit, happenings(year, around=unit.pk), year)
    sentences = [
        f"{begin}，{unit.short_name}共收到{_senders(unit)}社情民意信息{received}篇",
        _count(len(items_behind(unit.pk, year, 0, "adopted"))),
        *_next_level(unit, above),
        *_further(unit, above),
        *_place(unit, year),
    ]
    return "，".join(sentences) + "。"


def _senders(unit: Unit) -> str:
    return "政协委员和特约信息员报送的" if unit.kind == UnitKind.COMMITTEE else ""


def _count(adopted: int) -> str:
    return f"采用{adopted}篇" if adopted else "未有采用"


def _adoptions(unit: Unit, found: Iterable[Happening], year: int) -> list[Adoption]:
    """Return the standing adoptions of the year by levels above the unit, one for each of its items that has a part."""
    own_height = _height(unit.level)
    return [
        Adoption(fact.item_uuid, happening.event)
        for happening in found
        if happening.event.kind == EventKind.ADOPTED
        and happening.event.reverses_id is None
        and not happening.undone
        and happening.event.occurred_on.year == year
        and _height(happening.event.level) > own_height
        for fact in happening.contributing
        if fact.unit_id == unit.pk
    ]


def _next_level(unit: Unit, above: Sequence[Adoption]) -> list[str]:
    level = LEVEL_ORDER[_height(unit.level) + 1]
    taken = [adoption for adoption in above if adoption.event.level == level]
    if not taken:
        return [f"未有信息被{_PLACES[level]}采用"]
    names = _short_together(unit, _bodies(adoption.event for adoption in taken))
    return [f"被{'、'.join(names)}采用{len({adoption.item_uuid for adoption in taken})}篇"]


def _further(unit: Unit, above: Sequence[Adoption]) -> list[str]:
    """Return a clause for each item that the province or the nation adopted, beyond the level counted before."""
    from_height = max(_height(unit.level) + 2, _height(Level.PROVINCE))
    if from_height >= len(LEVEL_ORDER):
        return []
    by_item: dict[UUID, list[Event]] = defaultdict(list)
    for adoption in above:
        if _height(adoption.event.level) >= from_height:
            by_item[adoption.item_uuid].append(adoption.event)
    if not by_item:
        place = "省级以上" if from_height == _height(Level.PROVINCE) else "全国"
        return [f"未有信息被{place}采用"]
    items = {item.uuid: item for item in with_authors(Item.objects.filter(uuid__in=by_item).select_related("group"))}
    return [f"{_written(items[uuid])}{_taken(events)}" for uuid, events in by_item.items() if uuid in items]


def _written(item: Item) -> str:
    """Return who wrote which item: 民盟南海总支路俊峰撰写的《…》, as far as known."""
    first = next(iter(item.authors.all()), None)
    if first is None:
        return f"{item.from_unit}报送的《{item.title}》" if item.from_unit else f"《{item.title}》"
    return f"{item.from_unit or first.sector}{first.name}撰写的《{item.title}》"


def _taken(events: Sequence[Event]) -> str:
    """Return by whom in which mode: 被省委、中共中央办公厅综合采用.

    A unit that only passed an item on to somebody who adopted it is the road and not named.
    """
    ends = [event for event in events if event.body_id or event.mode != AdoptionMode.PASSED_ON] or list(events)
    by_mode: dict[str, list[Event]] = defaultdict(list)
    for event in ends:
        by_mode[event.mode].append(event)
    return "、".join(f"被{'、'.join(_bodies(group))}{AdoptionMode(mode).label}" for mode, group in by_mode.items())


def _bodies(events: Iterable[Event]) -> list[str]:
    """Return the names of who adopted, each once: lower levels first, the Party committee before the CPPCC."""
    ordered = sorted(events, key=lambda event: (_height(event.level), _ORDER.index(BodyKind(event.body_kind))))
    return list(dict.fromkeys(_name(event) for event in ordered))


def _name(event: Event) -> str:
    if event.body is None:
        return event.unit.short_name
    if event.level == Level.NATIONAL and len(event.body.name) <= _FULL_NAME:
        return event.body.name
    return event.body.short_name


def _short_together(unit: Unit, names: Sequence[str]) -> list[str]:
    """Name the place once, as people write: 佛山市委、市政协."""
    superior = unit.parent if unit.kind == UnitKind.COMMITTEE else None
    place = superior.short_name.removesuffix("政协") if superior else ""
    if not place:
        return list(names)
    bare = [place[-1] + name.removeprefix(place) if name.startswith(place) else name for name in names]
    first = place + bare[0][1:] if bare[0].startswith(place[-1]) else bare[0]
    return [first, *bare[1:]]


def _place(unit: Unit, year: int) -> list[str]:
    """Return the closing clause where the ranking carries it: first among the units under the same superior."""
    rules = network_rules()
    if rules is None or unit.parent is None:
        return []
    siblings = Standing.objects.filter(
        rule_set=rules, month=0, unit__parent=unit.parent, unit__kind=unit.kind, unit__level=unit.level
    )
    if not _leads(siblings.filter(year=year), unit):
        return []
    still = "继续" if _leads(siblings.filter(year=year - 1), unit) else ""
    return [f"信息工作在{unit.parent.short_name}各参加单位{still}保持领先势头"]


def _leads(standings: Iterable[Standing], unit: Unit) -> bool:
    rows = list(standings)
    own = next((row.points for row in rows if row.unit_id == unit.pk), None)
    others = [row.points for row in rows if row.unit_id != unit.pk]
    return bool(own and others and own > max(others))


def _height(level: str) -> int:
    return LEVEL_ORDER.index(Level(level))
