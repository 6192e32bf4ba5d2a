"""Targets between units and within one: set, changed, ended, counted, reminded of once a stage."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.duties import operations as duties
from tenants.duties.models import OwnTarget
from tenants.duties.queries import targets as own
from tests.platform.ranking.histories import publish
from tests.tenants.duties.conftest import World, noon
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from zhitong.core.models import OutboxMessage
from zhitong.ranking.models import Measure, Target
from zhitong.ranking.operations import set_targets
from zhitong.ranking.periods import Period
from zhitong.ranking.targets import Stage, progress_of_units, stage_begins, targets_of, targets_set_by
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def year() -> Period:
    return Period.of_year(clock.today().year)


def give(world: World, numbers: dict[Unit, int], measure: Measure, period: Period, **more: Any) -> list[Target]:
    """Let 佛山 set targets."""
    with world.city.unit:
        return set_targets(
            actor=world.city.clerk.actor,
            numbers={unit.uuid: number for unit, number in numbers.items()},
            measure=measure,
            period=period,
            **more,
        )


def standing(world: World, unit: Unit) -> list[tuple[str, int, str]]:
    """Return what a unit owes: the measure, the number, what it rests on."""
    with unit:
        return [(row.measure, row.number, row.basis) for row in targets_of(unit)]


def test_a_target_is_changed_by_a_new_row_and_ended_by_nothing(world: World, year: Period) -> None:
    county, neighbour = world.county.unit, world.neighbour.unit
    give(world, {county: 60, neighbour: 40}, Measure.SENT, year, basis="佛协办〔2026〕3号")
    assert standing(world, county) == [("sent", 60, "佛协办〔2026〕3号")]
    made = give(world, {county: 72, neighbour: 40}, Measure.SENT, year)
    assert [(row.unit_id, row.number) for row in made] == [(county.pk, 72)]  # the other stands as it was
    assert standing(world, county) == [("sent", 72, "")]
    give(world, {county: 0}, Measure.SENT, year)
    assert standing(world, county) == []
    assert standing(world, neighbour) == [("sent", 40, "佛协办〔2026〕3号")]
    kept = Target.objects.filter(unit=county).order_by("pk")
    assert [(row.number, row.ended_at is not None, row.ended_by) for row in kept] == [
        (60, True, "周敏"),
        (72, True, "周敏"),
    ]


def test_who_may_not_set_what(world: World, year: Period, party: Unit, province: Unit) -> None:
    with pytest.raises(NotAllowed), world.city.unit:
        set_targets(
            actor=world.city.leader.actor, numbers={world.county.unit.uuid: 1}, measure=Measure.SENT, period=year
        )
    for unit in (province, party, world.city.unit):
        with pytest.raises(InvalidInput, match="不是本单位的下级"):
            give(world, {world.county.unit: 1, unit: 1}, Measure.SENT, year)
    with pytest.raises(WrongState, match="已经过去"):
        give(world, {world.county.unit: 1}, Measure.SENT, Period.of_year(year.year - 1))
    with pytest.raises(InvalidInput):
        give(world, {world.county.unit: -1}, Measure.SENT, year)
    with pytest.raises(InvalidInput):
        give(world, {}, Measure.SENT, year)
    with pytest.raises(InvalidInput, match="最多 200 字"):
        give(world, {world.county.unit: 1}, Measure.SENT, year, basis="长" * 201)
    assert not Target.objects.exists()


def test_units_are_measured_by_the_figures_of_rankings(world: World, year: Period, province: Unit) -> None:
    publish(province)
    county, office = world.county.unit, world.county
    for measure in (Measure.SENT, Measure.ADOPTED, Measure.HIGHER, Measure.POINTS):
        give(world, {county: 4, world.neighbour.unit: 4}, measure, year)
    sent = office.approved(title="关于夜市占道的建议")
    office.approved(title="关于绿道的建议")
    office.send(sent, "佛山市政协")
    world.settle()
    rows = list(targets_set_by(world.city.unit))
    found = progress_of_units(rows)
    done = {(row.unit_id, row.measure): found[row.uuid].done for row in rows}
    assert {measure: done[county.pk, measure] for measure in ("sent", "adopted", "higher")} == {
        "sent": Decimal(1),
        "adopted": Decimal(2),
        "higher": Decimal(0),
    }
    assert {key: value for key, value in done.items() if key[0] == world.neighbour.unit.pk and value} == {}
    with CaptureQueriesContext(connection) as one:
        progress_of_units([rows[0]])
    with CaptureQueriesContext(connection) as all_of_a_measure:
        progress_of_units([row for row in rows if row.measure == rows[0].measure])
    assert len(one) == len(all_of_a_measure)


def test_circles_and_people_are_measured_by_what_they_signed(world: World, year: Period) -> None:
    office = world.county
    with office.unit:
        duties.set_group_targets(
            actor=office.clerk.actor, numbers={"科技界": 2, "教育界": 3}, measure=Measure.RECEIVED, period=year
        )
        people = {office.author.uuid: 1, world.second.uuid: 1}
        duties.set_person_targets(actor=office.clerk.actor, numbers=people, measure=Measure.ADOPTED, period=year)
    office.approved(title="关于夜市占道的建议")
    office.submitted(title="关于绿道的建议")
    world.settle()
    with office.unit:
        rows = list(OwnTarget.objects.order_by("pk").select_related("user"))
        found = own.progress(rows)
    assert {row.group_name or row.user.name: found[row.uuid].done for row in rows} == {  # type: ignore[union-attr]
        "教育界": Decimal(0),
        "科技界": Decimal(2),
        "梁晓岚": Decimal(1),
        "李梅": Decimal(0),
    }


def test_own_targets_are_for_circles_and_people_of_the_unit(world: World, year: Period) -> None:
    office = world.county
    with office.unit:
        with pytest.raises(NotFound):
            duties.set_group_targets(
                actor=office.clerk.actor, numbers={"外星界": 2}, measure=Measure.RECEIVED, period=year
            )
        for user in (office.clerk, world.city.author):  # who does not report, who is of another unit
            with pytest.raises(NotFound):
                duties.set_person_targets(
                    actor=office.clerk.actor, numbers={user.uuid: 2}, measure=Measure.RECEIVED, period=year
                )
        with pytest.raises(InvalidInput):
            duties.set_group_targets(actor=office.clerk.actor, numbers={"科技界": 2}, measure=Measure.SENT, period=year)
        with pytest.raises(NotAllowed):
            duties.set_person_targets(
                actor=office.author.actor, numbers={office.author.uuid: 1}, measure=Measure.RECEIVED, period=year
            )
        assert not OwnTarget.objects.exists()


def test_who_is_behind_is_told_once_a_stage(world: World) -> None:
    period = Period.of_quarter(clock.today().year + 1, 1)
    office, city = world.county, world.city
    give(world, {office.unit: 6, world.neighbour.unit: 1}, Measure.SENT, period)
    world.settle()
    what = f"{period.words}报送 6 篇"
    assert world.told(office, office.clerk, "targets") == [f"佛山市政协下达目标任务：{what}"]
    with clock.at(stage_begins(period, Stage.HALF)):
        for _ in range(2):  # a message may come twice
            world.ring("ranking.target.stage")
            world.ring("ranking.targets.stage")
            OutboxMessage.objects.filter(topic__startswith="ranking.target", done_at__isnull=False).update(done_at=None)
    assert world.told(office, office.clerk, "targets.behind") == [f"落后 3 篇：{what}"]
    assert world.told(world.neighbour, world.neighbour.clerk, "targets.behind") == []  # one piece is due at the end
    assert world.told(city, city.clerk, "targets.behind") == [f"1 个单位目标任务落后：{period.words}报送"]
    give(world, {office.unit: 0}, Measure.SENT, period)
    with clock.at(stage_begins(period, Stage.ENDED)):
        world.ring("ranking.target.stage")
        world.ring("ranking.targets.stage")
    assert world.told(office, office.clerk, "targets.behind") == [f"落后 3 篇：{what}"]
    ended = f"没有完成，差 1 篇：{period.words}报送 1 篇"
    assert world.told(world.neighbour, world.neighbour.clerk, "targets.behind") == [ended]


def test_people_and_heads_of_circles_are_told(world: World) -> None:
    period = Period.of_month(clock.today().year + 1, 2)
    office = world.county
    with office.unit:
        numbers = {office.author.uuid: 4}
        duties.set_person_targets(actor=office.clerk.actor, numbers=numbers, measure=Measure.RECEIVED, period=period)
    with clock.at(stage_begins(period, Stage.HALF)):
        world.ring("duties.targets.stage")
        world.ring("duties.targets.stage")
    assert world.told(office, office.author, "targets.behind") == [f"落后 2 篇：{period.words}提交 4 篇"]
    assert world.told(office, office.clerk, "targets.behind") == [f"1 个目标任务落后：{period.words}提交"]
    assert world.told(office, world.second, "targets.behind") == []


def test_the_page_shows_what_the_reader_is_concerned_by_and_nothing_else(
    world: World, year: Period, client_for: Callable[..., Client]
) -> None:
    give(world, {world.neighbour.unit: 77}, Measure.SENT, year, basis="琥珀文")
    give(world, {world.county.unit: 33}, Measure.SENT, year)
    client = client_for(world.county.clerk, world.county.unit)
    pages = [client.get(f"/duties/targets/?tab={tab}").content.decode() for tab in ("ours", "below", "history")]
    assert "33 篇" in pages[0]
    assert "佛山市政协下达" in pages[0]
    assert not any("77 篇" in page or "琥珀文" in page or "禅城" in page for page in pages)
    above = client_for(world.city.clerk, world.city.unit).get("/duties/targets/").content.decode()
    assert "禅城区政协" in above
    assert "琥珀文" in above
    assert client_for(world.county.author, world.county.unit).get("/duties/targets/").status_code == 403
    form = client_for(world.county.leader, world.county.unit).get("/duties/targets/set/units/")
    assert form.status_code == 403


def test_a_tab_names_as_many_targets_as_it_shows(world: World, year: Period, client_for: Callable[..., Client]) -> None:
    quarter = Period.of_quarter(year.year, (clock.today().month + 2) // 3)
    for measure in (Measure.SENT, Measure.ADOPTED):
        give(world, {world.county.unit: 9}, measure, year)
    give(world, {world.county.unit: 3}, Measure.SENT, quarter)
    client = client_for(world.county.clerk, world.county.unit)

    def shown(address: str) -> tuple[int, int]:
        page = client.get(address).content.decode()
        [named] = re.findall(r"上级下达\s*<[^>]+>(\d+)<", page)
        return int(named), page.count("佛山市政协下达")

    assert shown("/duties/targets/?tab=ours") == (2, 2)
    assert shown(f"/duties/targets/?tab=ours&period={quarter.code}") == (1, 1)


def test_the_form_sets_one_number_for_all_or_one_each(
    world: World, year: Period, client_for: Callable[..., Client]
) -> None:
    client = client_for(world.city.clerk, world.city.unit)
    path = "/duties/targets/set/units/"
    form = {"period": year.code, "measure": "sent", "uniform": "12", f"n_{world.county.unit.uuid}": "30", "basis": ""}
    assert client.post(path, form).status_code == 302
    rows = {row.unit_id: row.number for row in targets_set_by(world.city.unit)}
    assert (rows[world.county.unit.pk], rows[world.neighbour.unit.pk]) == (30, 12)
    wrong = client.post(path, {**form, f"n_{world.county.unit.uuid}": "许多", "basis": "保留的依据"})
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert "南海区政协的任务数请填" in page
    assert "保留的依据" in page
    assert 'value="许多"' in page
    page = client.get("/duties/targets/?tab=below").content.decode()
    assert "30 篇" in page
    with clock.at(noon(date(year.year, 12, 31))):
        assert "没有完成" not in client.get("/duties/targets/?tab=below").content.decode()
