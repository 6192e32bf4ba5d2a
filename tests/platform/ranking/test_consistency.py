"""One number for one thing: pages, lists, standings, statistics, programs and reports against a recount of raw events.

The histories are random ones, made by the real operations of the network in any order, and the demo's own.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tenants.circulars.figures import gather
from tenants.desk.reports.paragraph import year_figures
from tenants.duties.queries.dossiers import people, years_of
from tests.api.conftest import key_of, with_key
from tests.factories import client_for, exported, make_user
from tests.platform.demo.test_dealings import world  # noqa: F401 - a fixture
from tests.platform.ranking.histories import CONTENT, national, publish, recompute
from tests.platform.ranking.recounting import Found, Recount
from tests.platform.ranking.test_statistics import every_figure_opens_its_list
from zhitong.core import clock
from zhitong.core.errors import Refusal
from zhitong.core.operations import leave_unit, system
from zhitong.core.outbox import drain
from zhitong.demo.dealings import play_dealings
from zhitong.demo.world import World
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import AdoptionMode, Dispatch, Event, EventKind, ItemFact
from zhitong.ranking import figures, statistics, tasks, words
from zhitong.ranking.counting import WHAT
from zhitong.ranking.figures import Dimension
from zhitong.ranking.models import RuleSet, StaleMatter, StaleYear, SubjectKind
from zhitong.ranking.periods import Period
from zhitong.units.models import ExternalBody, Unit
from zhitong.units.queries import destinations

TODAY = clock.today()
LAST_YEAR = TODAY.year - 1
PERIODS = [
    *(Period.of_year(year) for year in (LAST_YEAR, TODAY.year)),
    *(Period.of_month(year, month) for year, month in ((LAST_YEAR, 12), (TODAY.year, 1), (TODAY.year, TODAY.month))),
    Period.of_quarter(TODAY.year, 1),
    Period.of_half(TODAY.year, 1),
    Period(date(LAST_YEAR, 11, 15), date(TODAY.year, 2, 10)),
]  # fmt: skip
PEOPLE = [{"person": str(UUID(int=n)), "name": name, "rank": "", "kind": "member"} for n, name in enumerate("甲乙", 7)]
CATEGORIES = ("经济建设", "社会建设", "")


class Network:
    """A network in which anything may be done in any order; what the rules refuse is refused, and nothing happens."""

    def __init__(self, units: list[Unit], body: ExternalBody) -> None:
        self.units, self.body = units, body
        self.done = 0

    def do(self, what: str, *numbers: int) -> None:
        """Do one thing to one of what there is; the numbers choose to which, to whom, and when."""
        act: Callable[..., None] = getattr(self, f"_{what}")
        try:
            with transaction.atomic():
                act(*numbers)
                self.done += 1
        except Refusal:
            pass
        finally:
            leave_unit()

    def _write(self, a: int, b: int, c: int) -> None:
        unit = self.units[a % len(self.units)]
        self._register(unit, uuid4(), c, authors=PEOPLE[: b % 3], category=CATEGORIES[b % 3])

    def _register(self, unit: Unit, item: UUID, c: int, **more: Any) -> None:
        number = ItemFact.objects.filter(unit=unit).count() + 1
        submitted = max(clock.now() - timedelta(days=c % 400), clock.start_of(date(LAST_YEAR, 10, 20)))
        with unit:
            exchange.register_item(
                actor=system(unit.pk), item_uuid=item, number_label=f"{unit.pk}-{number}", submitted_at=submitted,
                **({"authors": []} | more),
            )  # fmt: skip

    def _fact(self, a: int) -> ItemFact:
        fact: ItemFact = _one(ItemFact.objects.select_related("unit").order_by("pk"), a)
        return fact

    def _send(self, a: int, b: int, c: int) -> None:
        fact = self._fact(a)
        with fact.unit:
            ways = [way for way in destinations(fact.unit, TODAY) if way.unit in self.units or way.body == self.body]
            if ways:
                exchange.send(
                    actor=system(fact.unit_id), item_uuid=fact.item_uuid, content=CONTENT, to=[ways[b % len(ways)]]
                )

    def _dispatch(self, a: int) -> Dispatch:
        dispatch: Dispatch = _one(Dispatch.objects.select_related("receiver", "sender").order_by("pk"), a)
        return dispatch

    def _accept(self, a: int, b: int, c: int) -> None:
        dispatch = self._dispatch(a)
        # The desk looks first whether it is there to be taken in; only then does it make an item.
        if dispatch.receiver is not None and dispatch.state in {Dispatch.State.SENT, Dispatch.State.RECEIVED}:
            item = uuid4()
            self._register(dispatch.receiver, item, c, dispatch=dispatch)
            with dispatch.receiver:
                exchange.accept(actor=system(dispatch.receiver_id), dispatch_uuid=dispatch.uuid, item_uuid=item)

    def _give_back(self, a: int, b: int, c: int) -> None:
        dispatch = self._dispatch(a)
        if dispatch.receiver is not None:
            act = (exchange.return_dispatch, exchange.keep, exchange.decline)[b % 3]
            with dispatch.receiver:
                act(actor=system(dispatch.receiver_id), dispatch_uuid=dispatch.uuid, reason="请补充")

    def _recall(self, a: int, b: int, c: int) -> None:
        dispatch = self._dispatch(a)
        with dispatch.sender:
            exchange.recall(actor=system(dispatch.sender_id), dispatch_uuid=dispatch.uuid, reason="有误")

    def _decide(self, a: int, b: int, c: int) -> None:
        kinds = (EventKind.ADOPTED, EventKind.ADOPTED, EventKind.KEPT, EventKind.DECLINED, EventKind.INSTRUCTION,
                 EventKind.REPLIED)  # fmt: skip
        self._record(self._fact(a), kinds[b % 6], c)

    def _outside(self, a: int, b: int, c: int) -> None:
        self._record(self._fact(a), (EventKind.ADOPTED, EventKind.INSTRUCTION)[b % 2], c, body=self.body)

    def _record(self, fact: ItemFact, kind: EventKind, c: int, **more: Any) -> None:
        fields: dict[str, Any] = {"mode": AdoptionMode.SINGLE} if kind == EventKind.ADOPTED else {}
        if kind == EventKind.INSTRUCTION:
            fields = {"leader_rank": "city", "leader": "某", "words": "请阅"}
        on = min(fact.submitted_on + timedelta(days=c % 90), TODAY)
        with fact.unit:
            exchange.record(
                actor=system(fact.unit_id), item_uuid=fact.item_uuid, kind=kind, occurred_on=on, **fields, **more
            )

    def _reverse(self, a: int, b: int, c: int) -> None:
        event = _one(Event.objects.select_related("unit").exclude(kind="submitted").order_by("pk"), a)
        with event.unit:
            exchange.reverse(actor=system(event.unit_id), event_uuid=event.uuid, reason="登记有误")

    def _merge(self, a: int, b: int, c: int) -> None:
        first = self._fact(a)
        others = ItemFact.objects.filter(unit=first.unit).exclude(pk=first.pk).order_by("pk")
        second, item = _one(others, b), uuid4()
        self._register(first.unit, item, 0, is_merged=True)
        with first.unit:
            exchange.merge(actor=system(first.unit_id), item_uuid=item, sources=[first.item_uuid, second.item_uuid])

    def _withdraw(self, a: int, b: int, c: int) -> None:
        merged = _one(Event.objects.filter(merge_part__isnull=False).select_related("unit", "merge_part"), a)
        part = merged.merge_part
        with merged.unit:
            if b % 3:
                exchange.withdraw_source(
                    actor=system(merged.unit_id), item_uuid=part.item_uuid, source_uuid=part.source_uuid, reason="撤回"
                )
            else:
                exchange.take_apart(actor=system(merged.unit_id), item_uuid=part.item_uuid, reason="拆开")


class Nothing(Refusal):
    """There is nothing to do it to."""


def _one(rows: Any, number: int) -> Any:
    found = rows.count()
    if not found:
        raise Nothing("没有")
    return rows[number % found]


NUMBER = st.integers(0, 400)
VERBS = (
    "write", "write", "send", "send", "accept", "accept", "decide", "decide", "decide", "outside", "reverse", "merge",
    "withdraw", "give_back", "recall",
)  # fmt: skip
STEP = st.tuples(st.sampled_from(VERBS), NUMBER, NUMBER, NUMBER)
# Every history begins with reports that go up and are decided on, so that there is something to undo.
BEGINNING = [
    ("write", 0, 1, 30), ("write", 1, 2, 380), ("write", 0, 2, 200), ("send", 0, 0, 0), ("accept", 0, 0, 10),
    ("send", 1, 0, 0), ("accept", 1, 0, 370), ("decide", 0, 0, 20), ("decide", 3, 0, 40), ("merge", 3, 0, 0),
    ("decide", 5, 0, 0), ("send", 5, 0, 0), ("accept", 2, 0, 0), ("decide", 6, 0, 0),
]  # fmt: skip


def settle(rules: RuleSet) -> None:
    """Do what the worker does: follow what happened, or compute stale years anew."""
    drain()
    leave_unit()
    tasks.refresh_standings()
    assert not StaleYear.objects.exists()
    assert not StaleMatter.objects.exists()


def naive(found: Found, unit: Unit) -> dict[str, int]:
    return {what: len(found.get((unit.pk, what), ())) for what in WHAT}


def compare(recount: Recount, rules: RuleSet, when: Period, units: list[Unit]) -> None:
    """Compare counts, lists, standings and statistics of a period with the recount, unit by unit."""
    recounted = recount.of(when.first, when.last)
    standing = {row.unit_id: row for row in figures.standings(rules, when)}
    counts = figures.counts(when)
    points = figures.points(rules, when, SubjectKind.UNIT)
    for unit in units:
        expected = naive(recounted, unit)
        assert counts[unit.pk].as_fields() == expected, (when.code, unit)
        assert {what: getattr(standing[unit.pk], what) for what in WHAT} == expected, (when.code, unit)
        assert standing[unit.pk].points == points[unit.uuid]
    for what in WHAT:
        listed = sorted(statistics.items(when, what, None).values_list("unit", "item_uuid"))
        assert listed == sorted(
            (unit, item) for (unit, name), items in recounted.items() if name == what for item in items
        )
    together = {what: sum(naive(recounted, unit)[what] for unit in units) for what in WHAT}
    assert figures.total(when).as_fields() == together
    for by in Dimension:
        parts = figures.sum_of(figures.breakdown(when, None, by).values())
        if by == Dimension.MONTH:
            assert (parts.received, parts.adopted >= together["adopted"]) == (together["received"], True)
        else:
            assert parts.as_fields() == together, (when.code, by)
    flows = statistics.flows(when, None)
    assert sum(flow.number for flow in flows) == statistics.sendings(when, None).count()
    assert {flow.sender for flow in flows} == {unit.pk for unit in units if naive(recounted, unit)["sent"]}


@pytest.fixture
def rules(province: Unit) -> RuleSet:
    """Rules of the province, computed for both years, nothing waiting."""
    found = publish(province)
    drain()
    StaleYear.objects.all().delete()
    for year in (LAST_YEAR, TODAY.year):
        recompute(found, year)
    return found


@pytest.mark.django_db
@settings(
    max_examples=8,
    phases=[Phase.reuse, Phase.generate],  # a shorter history is found by hand sooner than by a hundred more runs
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=5, max_size=25))
def test_any_history_is_counted_everywhere_as_the_raw_events_say(
    rules: RuleSet, unit: Unit, city: Unit, province: Unit, stranger: Unit, party: Unit, steps: list[Any]
) -> None:
    body = ExternalBody.objects.filter(short_name="全国政协").first() or national(province)
    units = [unit, stranger, city, province, party]
    with transaction.atomic():
        network = Network(units, body)
        for at, step in enumerate([*BEGINNING, *steps]):
            network.do(*step)
            if at == len(BEGINNING):
                settle(rules)  # what follows is counted on top of what was counted before
        assert network.done > len(BEGINNING) // 2
        settle(rules)
        recount = Recount()
        for when in PERIODS:
            compare(recount, rules, when, units)
        transaction.set_rollback(True)


def shown(client: Client, path: str, label: str) -> int:
    """Return the figure under a label in the own unit's row of a page's table."""
    answer = client.get(path)
    row = next(one for one in answer.context["rows"] if one.us)
    return int(next(figure.value for figure in row.figures if figure.label == label))


def everywhere(unit: Unit, province: Unit, year: int) -> Iterator[tuple[str, dict[str, int]]]:
    """Every place that tells the year of a unit: which it is, and the figures there."""
    clerk = client_for(make_user(unit, f"c{uuid4().hex[:6]}", roles=["clerk"]), unit)
    office = client_for(make_user(province, f"o{uuid4().hex[:6]}", roles=["province_office"]), province)
    period = f"period={year}"
    yield (
        "standings",
        {
            what: shown(clerk, f"/ranking/?{period}", label)
            for what, label in (("received", "收稿"), ("adopted", "本级采用"), ("sent", "报送"), ("higher", "上级采用"))
        },
    )
    page = clerk.get(f"/ranking/statistics/?{period}")
    yield "statistics", {what: getattr(page.context["whole"], what) for what in WHAT}
    for table in page.context["tables"]:
        yield f"statistics by {table.key}", {"received": table.total[0]} if table.total else {"received": 0}
    yield (
        "lists",
        {
            what: int(re.search(r"<h1[^>]*>[^<]*?([\d,]+) 篇", clerk.get(url).content.decode())[1].replace(",", ""))  # type: ignore[index]
            for what in WHAT
            for url in [f"/ranking/counts/{unit.uuid}/?what={what}&{period}"]
        },
    )
    user = make_user(unit, f"p{uuid4().hex[:6]}", roles=["clerk"])
    rows = with_key(key_of(user, unit), unit).get(f"/api/v1/standings/?year={year}").json()
    row = next(one for one in rows if one["unit"] == unit.short_name)
    yield "programs", {what: row[what] for what in WHAT}
    dashboard = office.get(f"/province/units/?group={unit.kind}-{unit.level}&{period}")
    own = next(row[2] for row in dashboard.context["rows"] if row[0].unit_id == unit.pk)
    labels = {label: name for name, label in words.COUNTS.items()}
    yield "dashboard", {labels[label]: value for label, value, _ in own}
    text = exported(clerk, "ranking.units", period, wanted="csv").decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))
    heads = next(row for row in table if "名次" in row)
    line = dict(zip(heads, next(row for row in table if unit.short_name in row), strict=True))
    yield "export", {labels[head]: int(line[head]) for head in heads if head in labels}
    with unit:
        circular, _ = gather(unit, Period.of_year(year))
        told = year_figures(unit, year)
    yield "circular", {what: getattr(circular.own, what) for what in ("received", "adopted", "sent", "higher")}
    yield "report", {"received": told.received, "adopted": told.adopted, "higher_city": told.by_city}


def signed_by(unit: Unit, person: UUID | None) -> set[UUID]:
    """Return the items of a unit that a person signed."""
    facts = ItemFact.objects.filter(unit=unit)
    return {fact.item_uuid for fact in facts if str(person) in {author.get("person") for author in fact.authors}}


@pytest.mark.django_db
def test_the_demos_dealings_are_told_alike_everywhere(
    world: World,  # noqa: F811 - the fixture
    rules: RuleSet,
    unit: Unit,
    city: Unit,
    province: Unit,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.HOME = tmp_path
    play_dealings(world, TODAY, TODAY.year)
    settle(rules)
    units = list(Unit.objects.all())
    recount = Recount()
    for when in PERIODS:
        compare(recount, rules, when, units)
    recounted = recount.of(date(TODAY.year, 1, 1), date(TODAY.year, 12, 31))
    assert sum(len(items) for items in recounted.values()) > 20
    for one in (unit, city):
        expected = naive(recounted, one)
        for place, told in everywhere(one, province, TODAY.year):
            assert {what: expected[what] for what in told} == told, (one, place)
        clerk = client_for(make_user(one, f"x{uuid4().hex[:6]}", roles=["clerk"]), one)
        with one:
            dossiers = years_of(list(people()), TODAY.year)
        for dossier in dossiers:
            signed = signed_by(one, dossier.user.person_uuid)
            expected = {what: len(recounted.get((one.pk, what), set()) & signed) for what in WHAT}
            assert dossier.counts.as_fields() == expected, (one, dossier.user)
        assert one != unit or any(dossier.counts.received for dossier in dossiers)
        for path in ("/ranking/", "/ranking/statistics/", "/ranking/statistics/?below=1"):
            assert every_figure_opens_its_list(clerk, path)
