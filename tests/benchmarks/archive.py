"""A province's archive as the network knows it, loaded by COPY: four hundred units, sixteen years, their ledger.

Eight ways in turn: four end in the county, two reach the city, one the province, one the nation with an instruction.
The rows are right by the way they are made: counting a year anew finds them as they are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import connection

from zhitong.core import clock
from zhitong.exchange.models import Packet
from zhitong.ranking.models import RuleSetVersion
from zhitong.units.models import Unit

T = TypeVar("T")
ITEMS_OF_EIGHT = 14
YEARS, CITIES, COUNTIES = 16, 20, 18
_FIRST = 50_000_000  # keys of the archive begin here
_PEOPLE, _GROUPS = 2_000, 24
_CATEGORIES = ("经济建设", "社会建设", "城乡建设", "医疗卫生", "生态文明建设", "科技教育", "交通运输", "社会治理")
_REACHES = (0, 0, 0, 0, 1, 1, 2, 3)  # how far each of eight ways comes: county, city, province, nation
_LEVELS = ("county", "city", "province", "national")
COLUMNS = {
    "exchange_matter": "id uuid created_at",
    "exchange_itemfact": (
        "id unit_id item_uuid matter_id number_label submitted_at submitted_on category submitter_kind source urgency "
        "group_name authors is_received"
    ),
    "exchange_dispatch": (
        "id uuid packet_id sender_id item_uuid receiver_id route attempt state sent_at sent_by received_at closed_at "
        "accepted_item_uuid title urgency category reason proposal"
    ),
    "exchange_itemsource": "id unit_id item_uuid dispatch_id order",
    "exchange_event": (
        "id uuid kind mode unit_id item_uuid matter_id dispatch_id body_id level body_kind occurred_on at by bulletin "
        "issue_number leader leader_rank words visibility reason is_edited"
    ),
    "ranking_counteditem": "fact_id unit_id what on",
    "ranking_ledgerentry": (
        "version_id subject_kind subject_uuid subject_name unit_id item_uuid event_id rule key points counted clause "
        "arithmetic counted_on year"
    ),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """On what the ways run: each county with its city, the province, the national body, three rule sets in force."""

    lines: Sequence[tuple[int, int]]
    province: int
    nation: int
    packet: int
    uuids: Mapping[int, str]
    versions: Sequence[RuleSetVersion]


def add_units(province: Unit) -> list[Unit]:
    """Add cities with counties to the province, as rows alone: nobody works in them. Return the counties."""

    def unit(number: int, name: str, level: str, code: str, parent: Unit) -> Unit:
        return Unit(
            schema_name=f"t_{9_000_000 + number}", name=name, short_name=name, mark=name[:6], kind="committee",
            level=level, division_code=code, parent=parent,
        )  # fmt: skip

    cities = Unit.objects.bulk_create(
        unit(city, f"第{city}市政协", "city", f"45{city:02}00", province) for city in range(CITIES)
    )
    return Unit.objects.bulk_create(
        unit(1_000 + city * COUNTIES + n, f"第{city}市{n}区政协", "county", f"45{city:02}{n:02}", cities[city])
        for city in range(CITIES)
        for n in range(COUNTIES)
    )


def load(ground: Ground, ways: range) -> None:
    """Load some ways with what counts and scores of them."""
    copy_in(_ROWS, lambda: (_Way(ground, number) for number in ways))


def copy_in(rows: Mapping[str, Callable[[T], Iterable[str]]], ways: Callable[[], Iterable[T]]) -> None:
    """Load what each way has in some tables (`COLUMNS`) by COPY, then refresh the planner.

    Foreign keys and triggers rest meanwhile: the rows are right by the way they are made, but for one packet of all.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table, lines in rows.items():
            names = ", ".join(f'"{column}"' for column in COLUMNS[table].split())
            with cursor.copy(f"COPY public.{table} ({names}) FROM STDIN") as copy:
                for way in ways():
                    copy.write("".join(lines(way)))
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")


def first_packet(unit: Unit) -> int:
    """Return the packet that all dispatches of the archive bear."""
    return Packet.objects.filter(sender=unit).values_list("pk", flat=True)[0]


class _Way:
    """One way: its places (county, city, province), how far it came, its day."""

    __slots__ = ("county", "day", "ground", "number", "places", "reach")

    def __init__(self, ground: Ground, number: int) -> None:
        today = clock.today()
        begin = date(today.year - YEARS + 1, 1, 1)
        self.ground, self.number = ground, number
        self.day = begin + timedelta(days=number * 7_919 % ((today - begin).days + 1))
        self.county, city = ground.lines[number % len(ground.lines)]
        self.reach = _REACHES[number // len(ground.lines) % 8]
        self.places = (self.county, city, ground.province)[: min(self.reach, 2) + 1]

    @property
    def key(self) -> int:
        """The key of its matter; what it has several of lies at multiples of ten of it."""
        return _FIRST + self.number

    @property
    def at(self) -> str:
        """The moment at which all of it happened."""
        return f"{self.day}T09:00:00+08:00"

    @property
    def adoptions(self) -> range:
        """The levels, by place, that adopted it: every other county its own, all above; 3 is the nation."""
        return range(self.number % 2, self.reach + 1)

    def item(self, place: int) -> str:
        """The item's uuid at a place."""
        return mixed(place, self.number)

    def event(self, step: int) -> tuple[int, str]:
        """Key and uuid of an event; adoptions have the steps 10 to 13, the instruction 14."""
        return self.key * 20 + step, mixed(0x20 + step, self.number)


def mixed(kind: int, number: int) -> str:
    """Return a uuid whose first digits are mixed, as those of random ones are: they decide where an index grows."""
    first = (number * 2_654_435_761 + kind * 40_503) & 0xFFFFFFFF
    return f"{first:08x}-0000-4000-8000-{kind:04x}{number:08x}"


def person(number: int) -> UUID:
    """Return one of the archive's authors."""
    return UUID(int=0xA0000000 + number % _PEOPLE)


def _matters(way: _Way) -> Iterator[str]:
    yield f"{way.key}\t{mixed(0x10, way.number)}\t{way.at}\n"


def _facts(way: _Way) -> Iterator[str]:
    category = _CATEGORIES[way.number % len(_CATEGORIES)]
    for place, unit in enumerate(way.places):
        who = f'[{{"person": "{person(way.number)}", "name": "作者", "rank": "", "kind": "member"}}]'
        yield (
            f"{way.key * 10 + place}\t{unit}\t{way.item(place)}\t{way.key}\t档〔{way.day.year}〕{way.number}号"
            f"\t{way.at}\t{way.day}\t{category}\tmember\toriginal\tordinary\t{'' if place else _group(way)}"
            f"\t{'[]' if place else who}\t{'t' if place else 'f'}\n"
        )


def _group(way: _Way) -> str:
    return f"第{way.number % _GROUPS}专委会"


def _dispatches(way: _Way) -> Iterator[str]:
    for place, unit in enumerate(way.places[:-1]):
        yield (
            f"{way.key * 10 + place}\t{mixed(0x14 + place, way.number)}\t{way.ground.packet}\t{unit}\t{way.item(place)}"
            f"\t{way.places[place + 1]}\thierarchy\t1\tadopted\t{way.at}\t经办\t{way.at}\t{way.at}"
            f"\t{way.item(place + 1)}\t关于第 {way.number} 件事的建议\tordinary\t社会建设\t\t\n"
        )


def _sources(way: _Way) -> Iterator[str]:
    for place, unit in enumerate(way.places[1:]):
        yield f"{way.key * 10 + place}\t{unit}\t{way.item(place + 1)}\t{way.key * 10 + place}\t0\n"


def _events(way: _Way) -> Iterator[str]:
    def event(step: int, kind: str, place: int, dispatch: int | None = None, *, leader: str = "") -> str:
        key, uuid = way.event(step)
        at, body = min(place, 2), way.ground.nation if place == 3 else _NULL
        sending = way.key * 10 + dispatch if dispatch is not None else _NULL
        return (
            f"{key}\t{uuid}\t{kind}\t{'single' if kind == 'adopted' else ''}\t{way.places[at]}\t{way.item(at)}"
            f"\t{way.key}\t{sending}\t{body}\t{_LEVELS[place]}\tcppcc\t{way.day}\t{way.at}\t经办\t\t\t\t{leader}\t\tfact\t\tf\n"
        )

    yield event(0, "submitted", 0)
    for place in range(len(way.places) - 1):
        yield event(1 + place * 3, "sent", place, place)
        yield event(2 + place * 3, "received", place, place)
        yield event(3 + place * 3, "accepted", place + 1, place)
    for place in way.adoptions:
        yield event(10 + place, "adopted", place)
    if way.reach == 3:
        yield event(14, "instruction", 2, leader="province")


_NULL = "\\N"


def _counted(way: _Way) -> Iterator[str]:
    for place, unit in enumerate(way.places):
        what = ["received"]
        if place < len(way.places) - 1:
            what.append("sent")
        if place in way.adoptions:
            what.append("adopted")
        above = [_LEVELS[level] for level in way.adoptions if level > place]
        what += ["higher"] if above else []
        what += [f"higher_{level}" for level in above]
        what += ["instructions"] if way.reach == 3 else []
        for one in what:
            yield f"{way.key * 10 + place}\t{unit}\t{one}\t{way.day}\n"


def _ledger(way: _Way) -> Iterator[str]:
    """The lines of years that nobody computes anew: for the report and each adoption above, of unit, author, group."""
    units, persons, groups = way.ground.versions
    steps = [(0, -1, "报送", "submitted"), *((10 + at, at, "采用", f"adopted.{at}") for at in way.adoptions)]
    for step, level, rule, line in steps:
        key, _uuid = way.event(step)
        for place, unit in enumerate(way.places):
            if place and level <= place:
                continue
            holders = [(units.pk, "unit", way.ground.uuids[unit], "")]
            if place == 0:
                holders.append((persons.pk, "person", str(person(way.number)), ""))
                holders.append((groups.pk, "group", mixed(0x70, way.number % _GROUPS), _group(way)))
            for version, kind, subject, name in holders:
                yield (
                    f"{version}\t{kind}\t{subject}\t{name}\t{unit}\t{way.item(place)}\t{key}\t{rule}（{line}）"
                    f"\t{line}\t5\tt\t\t{rule} 5\t{way.day}\t{way.day.year}\n"
                )


_ROWS = {
    "exchange_matter": _matters,
    "exchange_itemfact": _facts,
    "exchange_dispatch": _dispatches,
    "exchange_itemsource": _sources,
    "exchange_event": _events,
    "ranking_counteditem": _counted,
    "ranking_ledgerentry": _ledger,
}
