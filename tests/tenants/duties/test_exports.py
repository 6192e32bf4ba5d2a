"""Lists of duties as files: the same rows as their pages, for the same readers."""

from collections.abc import Callable

import pytest
from django.test import Client

from tenants.duties import operations as duties
from tenants.duties.awards import Rule
from tenants.duties.models import AwardKind, Counted
from tests.factories import exported
from tests.tenants.duties.conftest import World
from zhitong.core import clock
from zhitong.ranking.models import Measure
from zhitong.ranking.operations import set_targets
from zhitong.ranking.periods import Period

pytestmark = pytest.mark.django_db


def lines(client: Client, kind: str, query: str = "") -> list[list[str]]:
    """Return the rows of an export below its head."""
    text = exported(client, kind, query, wanted="csv").decode("utf-8-sig")
    return [line.split(",") for line in text.splitlines()[1:]]


def test_each_list_comes_as_its_page_shows_it(world: World, client_for: Callable[..., Client]) -> None:
    office, year = world.county, Period.of_year(clock.today().year)
    with world.city.unit:
        numbers = {office.unit.uuid: 4, world.neighbour.unit.uuid: 9}
        set_targets(actor=world.city.clerk.actor, numbers=numbers, measure=Measure.ADOPTED, period=year, basis="文号")
    with office.unit:
        duties.add_duty(
            actor=office.clerk.actor, year=year.year, heading="五个一", name="提交", counted=Counted.RECEIVED
        )
    office.approved(title="关于蓝鲸塘的建议")
    world.settle()
    with office.unit:
        honours = duties.propose_awards(
            actor=office.clerk.actor, kind=AwardKind.ITEM, title="优秀信息", period=year, rule=Rule("adopted", 3)
        )
    clerk = client_for(office.clerk, office.unit)
    [own] = lines(clerk, "duties.targets", "tab=ours")
    assert own[:5] == ["佛山市政协下达", year.words, "本级采用", "4", "1"]
    assert own[5:6] + own[7:] == ["25.00", "文号"]
    people = {row[0]: row[1:] for row in lines(clerk, "duties.members", f"year={year.year}")}
    assert people["梁晓岚"] == ["委员", "科技界", "1", "1", "0", "0", "0", "", "1", "1"]
    assert people["李梅"] == ["委员", "教育界", "0", "0", "0", "0", "0", "", "0", "1"]
    assert set(people) == {"梁晓岚", "李梅"}
    [honoured] = lines(clerk, "duties.award", f"list={honours.uuid}")
    assert honoured[:3] == ["1", "关于蓝鲸塘的建议", "梁晓岚"]
    author = client_for(office.author, office.unit)
    neighbour = client_for(world.neighbour.clerk, world.neighbour.unit)
    for kind in ("duties.targets", "duties.members", "duties.award"):
        asked = {"kind": kind, "query": f"list={honours.uuid}", "format": "csv"}
        assert author.post("/exports/ask/", asked).status_code == 403
    stranger = neighbour.post(
        "/exports/ask/", {"kind": "duties.award", "query": f"list={honours.uuid}", "format": "csv"}
    )
    assert stranger.status_code == 404
    assert all("蓝鲸塘" not in str(row) and row[3] != "4" for row in lines(neighbour, "duties.targets", "tab=ours"))
