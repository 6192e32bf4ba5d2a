"""Figures of a province's archive: its dashboard, a year computed anew, and one event that is followed."""

import os
import resource
import statistics
import time
from collections.abc import Iterator, Mapping
from datetime import date

from django.db import connection
from django.test import Client

from tests.benchmarks import archive
from tests.benchmarks.timing import Figure, requests
from tests.factories import client_for, make_user
from tests.platform.ranking.histories import PRESET, new_item, outcome, publish, recompute, send_up
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.exchange.models import EventKind, ItemFact
from zhitong.ranking import operations
from zhitong.ranking.models import CountedItem, LedgerEntry, RuleSet, RuleSetVersion, StaleMatter, StaleYear, Standing
from zhitong.ranking.periods import Period
from zhitong.units.models import BodyKind, ExternalBody, Level, Unit

ITEMS = int(os.environ.get("ZHITONG_BENCH_ITEMS", "1000000"))
_FEW, _ROUNDS, _FOLLOWED = 10_000, 30, 9
_PERSONS = """
code: {code}
name: 个人和界别计分
version: 1
subject: {subject}
dated: adopted
tables:
  - key: adopted
    name: 采用
    when: {{kind: adopted}}
    lines:
      - {{key: city, name: 市级采用, when: {{level: city}}, points: 5}}
      - {{key: any, name: 更高采用, points: 10}}
"""

_CAP = """
limits:
  - {key: year, name: 全年封顶, of: {kind: [adopted, instruction]}, per: year, at_most: 400}
"""


def measure(units: Mapping[str, Unit]) -> Iterator[Figure]:
    """Yield the times of the dashboard with few and with all items, of a year anew, and of following an event."""
    province = units["guangdong"]
    ground = _ground(units)
    begun = time.perf_counter()
    ways, few = (number * 8 // archive.ITEMS_OF_EIGHT for number in (ITEMS, _FEW))
    archive.load(ground, range(few))
    rule_sets = [version.rule_set for version in ground.versions]
    client = client_for(make_user(province, "bench-figures", roles=["province_office"]), province)
    _compute(rule_sets)
    with_few = _dashboard(client)
    archive.load(ground, range(few, ways))
    yield Figure(f"装入 {ITEMS:,} 篇", time.perf_counter() - begun, "秒")
    yield Figure("其中计分明细", LedgerEntry.objects.count(), "条")
    _compute(rule_sets)
    yield from _year_anew(rule_sets[0])
    with_all = _dashboard(client)
    yield Figure(f"全省态势，{_FEW:,} 篇", with_few, "毫秒")
    yield Figure(f"全省态势，{ITEMS:,} 篇", with_all, "毫秒", "≤ 50", with_all <= 50)
    ratio = with_all / with_few
    yield Figure("两者之比", ratio, "倍", "≤ 1.2", ratio <= 1.2)
    yield from _followed(f"{len(rule_sets)} 套")
    capped = _publish(province, "CAP", PRESET.read_text().replace("code: A", "code: CAP") + _CAP)
    _compute([capped.rule_set])
    yield from _followed("另加一套全年封顶的")


def _followed(sets: str) -> Iterator[Figure]:
    for level, words in ((Level.CITY, "市"), (Level.PROVINCE, "省")):
        followed = _following(level)
        name = f"{words}里一个事件，计数、明细（{sets}）和名次跟上"
        yield Figure(name, followed, "毫秒", "≤ 100", followed <= 100)


def _ground(units: Mapping[str, Unit]) -> archive.Ground:
    province = units["guangdong"]
    nation = ExternalBody.objects.create(
        name="政协全国委员会办公厅", short_name="全国政协", kind=BodyKind.CPPCC, level=Level.NATIONAL
    )
    # A packet of the county's for all dispatches.
    send_up(units["nanhai"], new_item(units["nanhai"], "南海〔2026〕9001号"), units["foshan"], "佛山〔2026〕9001号")
    counties = archive.add_units(province)
    versions = [
        publish(province).versions.get(),
        *(
            _publish(province, code, _PERSONS.format(code=code, subject=subject))
            for code, subject in (("M", "person"), ("G", "group"))
        ),
    ]
    return archive.Ground(
        lines=[(county.pk, county.parent_id) for county in counties],
        province=province.pk,
        nation=nation.pk,
        packet=archive.first_packet(units["nanhai"]),
        uuids={key: str(uuid) for key, uuid in Unit.objects.values_list("pk", "uuid")},
        versions=versions,
    )


def _publish(province: Unit, code: str, source: str) -> RuleSetVersion:
    with province:
        return operations.publish_rules(
            actor=system(province.pk),
            owner=province,
            code=code,
            source=source,
            valid_from=date(clock.today().year - archive.YEARS + 1, 1, 1),
        )


def _compute(rule_sets: list[RuleSet]) -> None:
    """Compute the present year and the one before, and leave nothing waiting."""
    year = clock.today().year
    for rule_set in rule_sets:
        for each in (year - 1, year):
            recompute(rule_set, each)
    StaleYear.objects.all().delete()
    StaleMatter.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _year_anew(rule_set: RuleSet) -> Iterator[Figure]:
    year = clock.today().year - 1
    items = CountedItem.objects.filter(what="received", on__year=year).count()
    CountedItem.objects.filter(on__year=year).delete()
    LedgerEntry.objects.filter(version__rule_set=rule_set, year=year).delete()
    Standing.objects.filter(rule_set=rule_set, year=year).delete()
    begun = time.perf_counter()
    operations.recount(actor=system(None), year=year)
    lines = operations.recompute(actor=system(None), rule_set=rule_set, year=year)
    spent = time.perf_counter() - begun
    per_60_000 = spent * 60_000 / items
    yield Figure(f"重算一年，{items:,} 篇，{len(lines):,} 条明细", spent, "秒")
    yield Figure("重算一年，折合 60,000 篇", per_60_000, "秒", "≤ 60", per_60_000 <= 60)
    differences = len(recompute(rule_set, year))
    yield Figure("再算一次的差异", differences, "条", "没有", differences == 0)
    yield Figure("到此为止的内存峰值", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")


def _dashboard(client: Client) -> float:
    url = f"/province/?{Period.of_year(clock.today().year).query}"
    requests(client, url, 5)
    return statistics.median(requests(client, url, _ROUNDS))


def _following(level: Level) -> float:
    """Return the milliseconds in which counts, ledgers and places follow an instruction on a county's report above."""
    above = ItemFact.objects.filter(unit__level=level, is_received=True, submitted_on__year=clock.today().year)
    taken = []
    for fact in above.select_related("unit").order_by("-pk")[:_FOLLOWED]:
        event = outcome(fact.unit, fact.item_uuid, EventKind.INSTRUCTION, leader="某领导", leader_rank="bureau")
        connection.set_schema_to_public()
        begun = time.perf_counter()
        operations.follow(actor=system(None), stale=[(fact.matter_id, event.pk)])
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)
