"""Lists of honours: proposed by a rule, changed with reasons, decided, published, named in dossiers."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from tenants.accounts.models import User
from tenants.duties import operations as duties
from tenants.duties.awards import Candidate, Rule, proposed
from tenants.duties.models import AwardKind, AwardList
from tenants.duties.queries import dossiers
from tenants.duties.queries.awards import circular_words, honoured
from tests.factories import make_user
from tests.tenants.duties.conftest import World
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, StaleVersion, WrongState
from zhitong.exchange.models import Audience, Paper, PaperKind
from zhitong.exchange.operations import NewPaper
from zhitong.ranking.counting import Counts
from zhitong.ranking.periods import Period

pytestmark = pytest.mark.django_db


def one(name: str, points: str, adopted: int = 1, group: str = "") -> Candidate:
    return Candidate(uuid4(), name, "", Counts(adopted=adopted), Decimal(points), group)


def test_a_rule_proposes_the_first_of_each_group_and_who_is_equal_with_the_last() -> None:
    found = [
        one("甲", "9", group="县"), one("乙", "12", group="县"), one("丙", "9", group="县"), one("丁", "3", group="县"),
        one("戊", "1", group="市"), one("己", "0", group="市"), one("庚", "20", adopted=0, group="市"),
    ]  # fmt: skip

    def names(rule: Rule) -> list[str]:
        return [each.name for each in proposed(found, rule)]

    assert names(Rule("points", 2)) == ["乙", "丙", "甲", "庚", "戊"]  # 丙 and 甲 are equal; nobody without points
    assert names(Rule("points", 1, "adopted", 1)) == ["乙", "戊"]
    assert names(Rule("points", 9, "adopted", 1)) == ["乙", "丙", "甲", "丁", "戊"]
    assert names(Rule("higher", 3)) == []
    assert Rule("points", 2, "adopted", 3).words == "按得分取前 2 名，本级采用不少于 3 篇，末位相同的一并列入"


@pytest.fixture
def people(world: World) -> dict[str, User]:
    """梁晓岚 has two items adopted, 李梅 one, 何求 none."""
    unit = world.county.unit
    third = make_user(unit, "third", name="何求")
    author = world.county.author
    for title, user in (("关于夜市的建议", author), ("关于绿道的建议", author), ("关于电梯的建议", world.second)):
        world.county.author = user
        world.county.approved(title=title)
    world.county.author = author
    world.settle()
    return {"梁晓岚": author, "李梅": world.second, "何求": third}


def propose(world: World, kind: AwardKind = AwardKind.PERSON, **more: Any) -> AwardList:
    rule = more.pop("rule", Rule("adopted", 5))
    period = Period.of_year(clock.today().year)
    given = {"kind": kind, "title": "先进个人", "period": period, "rule": rule, **more}
    with world.county.unit:
        return duties.propose_awards(actor=world.county.clerk.actor, **given)


def names(world: World, found: AwardList) -> list[str]:
    with world.county.unit:
        return [entry.name for entry in honoured(found)]


def version(found: AwardList) -> int:
    found.refresh_from_db()
    return found.version


def test_people_change_a_list_with_reasons_and_it_is_frozen_then(world: World, people: dict[str, User]) -> None:
    found = propose(world)
    assert names(world, found) == ["梁晓岚", "李梅"]
    with world.county.unit:
        clerk, leader = world.county.clerk.actor, world.county.leader.actor
        with pytest.raises(InvalidInput, match="理由"):
            duties.add_award(actor=clerk, list_uuid=found.uuid, version=1, who="何求", reason=" ")
        with pytest.raises(InvalidInput, match="没有找到"):
            duties.add_award(actor=clerk, list_uuid=found.uuid, version=1, who="查无此人", reason="好")
        duties.add_award(actor=clerk, list_uuid=found.uuid, version=1, who="何求", reason="抗洪救灾表现突出")
        with pytest.raises(StaleVersion):
            duties.strike_award(
                actor=clerk, list_uuid=found.uuid, version=1, subject_uuid=people["李梅"].uuid, reason="本人辞谢"
            )
        duties.strike_award(
            actor=clerk,
            list_uuid=found.uuid,
            version=version(found),
            subject_uuid=people["李梅"].uuid,
            reason="本人辞谢",
        )
        duties.move_award(
            actor=clerk, list_uuid=found.uuid, version=version(found), subject_uuid=people["何求"].uuid, up=True
        )
        assert [entry.name for entry in honoured(found)] == ["何求", "梁晓岚"]  # past the line that was struck
        with pytest.raises(NotAllowed):
            duties.decide_awards(actor=clerk, list_uuid=found.uuid, version=version(found))
        decided = duties.decide_awards(actor=leader, list_uuid=found.uuid, version=version(found))
        assert len(decided.sha256) == 64
        with pytest.raises(WrongState, match="不能再改"):
            duties.restore_award(
                actor=clerk, list_uuid=found.uuid, version=version(found), subject_uuid=people["李梅"].uuid
            )
        year = clock.today().year
        honours = {
            name: [e.award_list.title for e in dossiers.dossier(user, year).awards] for name, user in people.items()
        }
    assert honours == {"梁晓岚": ["先进个人"], "李梅": [], "何求": ["先进个人"]}
    world.settle()
    assert world.told(world.county, people["何求"], "duties.award") == ["先进个人：先进个人"]
    assert world.told(world.county, people["李梅"], "duties.award") == []


def test_a_draft_stands_in_no_dossier_and_can_be_thrown_away(world: World, people: dict[str, User]) -> None:
    found = propose(world)
    with world.county.unit:
        assert dossiers.dossier(people["梁晓岚"], clock.today().year).awards == []
        duties.discard_awards(actor=world.county.clerk.actor, list_uuid=found.uuid, version=1)
        assert not AwardList.objects.exists()
        empty = duties.propose_awards(
            actor=world.county.clerk.actor, kind=AwardKind.PERSON, title="空的",
            period=Period.of_year(clock.today().year), rule=Rule("instructions", 3),
        )  # fmt: skip
        with pytest.raises(WrongState, match="空的"):
            duties.decide_awards(actor=world.county.leader.actor, list_uuid=empty.uuid, version=1)


def test_items_and_units_are_honoured_by_their_own_figures(world: World, people: dict[str, User]) -> None:
    items = propose(world, AwardKind.ITEM, title="优秀信息")
    assert sorted(names(world, items)) == ["关于夜市的建议", "关于电梯的建议", "关于绿道的建议"]
    with world.county.unit:
        persons: set[UUID] = {person for entry in honoured(items) for person in entry.persons}
        assert persons == {people["梁晓岚"].person_uuid, people["李梅"].person_uuid}
    with world.city.unit:
        units = duties.propose_awards(
            actor=world.city.clerk.actor, kind=AwardKind.UNIT, title="先进单位",
            period=Period.of_year(clock.today().year), rule=Rule("adopted", 1),
        )  # fmt: skip
        assert [entry.name for entry in honoured(units)] == ["南海区政协"]


def test_a_decided_list_is_published_once_as_a_circular(world: World, people: dict[str, User]) -> None:
    found = propose(world)
    office = world.county

    def publish() -> Paper:
        new = NewPaper(uuid4(), PaperKind.NOTICE, "关于公布名单的通报", circular_words(found), audience=Audience.ALL)
        return duties.publish_awards(actor=office.clerk.actor, list_uuid=found.uuid, new=new)

    with office.unit:
        with pytest.raises(WrongState, match="审定以后"):
            publish()
        duties.decide_awards(actor=office.leader.actor, list_uuid=found.uuid, version=1)
        paper = publish()
        assert paper.kind == PaperKind.CIRCULAR
        assert "1．梁晓岚（科技界）\n2．李梅（教育界）" in paper.body
        with pytest.raises(WrongState, match="已经通报过"):
            publish()


def test_the_page_of_a_list(world: World, people: dict[str, User], client_for: Callable[..., Client]) -> None:
    office = world.county
    clerk, leader = client_for(office.clerk, office.unit), client_for(office.leader, office.unit)
    form = {"kind": "item", "title": "优秀信息", "period": f"{clock.today().year}", "by": "adopted", "first": "5",
            "measure": "adopted", "at_least": "1"}  # fmt: skip
    made = clerk.post("/duties/awards/new/", form)
    assert made.status_code == 302
    path = made.url
    page = clerk.get(path).content.decode()
    assert "关于夜市的建议" in page
    assert 'value="decide"' not in page
    assert leader.post(path, {"do": "decide", "version": "7"}).status_code == 409
    assert leader.post(path, {"do": "decide", "version": "1"}).status_code == 302
    assert clerk.post(path, {"do": "publish"}).status_code == 302
    told = client_for(office.author, office.unit).get("/papers/").content.decode()
    assert "关于公布“优秀信息”的通报" in told
    pdf = clerk.get(f"{path}list.pdf")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]
    assert clerk.get(f"{path}list.docx").status_code == 200
    assert client_for(office.author, office.unit).get(path).status_code == 403
    assert client_for(world.neighbour.clerk, world.neighbour.unit).get(path).status_code == 404
    own = client_for(people["李梅"], office.unit).get("/duties/").content.decode()
    assert "优秀信息" in own
    assert "关于电梯的建议" in own
