"""Whom the starter chooses, who stands in for whom, and a post that changes hands, on their pages."""

from datetime import timedelta
from typing import Any

import pytest

from tenants.accounts.models import User
from tenants.items.models import State
from tenants.review import operations as review
from tenants.review.models import Absence, Run
from tests.factories import make_draft, make_user
from tests.tenants.review.conftest import House, holders, pass_as, task_of
from tests.tenants.review.pages import client, said
from zhitong.core import clock


@pytest.fixture
def lin(house: House) -> User:
    return make_user(house.unit, "lin", name="林岚", roles=["reviewer"], groups=[("committee", "经济委")])


def choosing(house: House, *names: str) -> None:
    among = [{"kind": "user", "username": name} for name in names]
    house.publish({"who": [{"kind": "chosen_by_starter", "among": among}]}, {"posts": ["chair"]})


def test_the_author_chooses_whom_the_flow_leaves_open(house: House, lin: User) -> None:
    choosing(house, "lin", "he")
    item = make_draft(house.unit, house.author)
    browser = client(house, house.author)
    asked = browser.post(f"/review/submit/{item.uuid}/", {"version": item.version})
    assert asked.status_code == 422
    for words in ("“第1步”由谁办理", "林岚", "经济委", "何静", "秘书长"):
        assert words in said(asked), words
    assert browser.get(f"/review/submit/{item.uuid}/").status_code == 200
    data = {"version": item.version, "chosen-s1": [str(house.chair.uuid)]}
    wrong = browser.post(f"/review/submit/{item.uuid}/", data)
    assert wrong.status_code == 422
    assert "不在“第1步”的可选范围里" in said(wrong)
    data["chosen-s1"] = [str(lin.uuid), str(house.secretary.uuid)]
    assert browser.post(f"/review/submit/{item.uuid}/", data).status_code == 302
    assert holders(Run.objects.get(item=item)) == ["he", "lin"]
    assert browser.get(f"/review/submit/{item.uuid}/").status_code == 302
    assert client(house, house.research).get(f"/review/submit/{item.uuid}/").status_code == 404


def test_the_writing_page_leads_to_the_choice(house: House, lin: User) -> None:
    choosing(house, "lin", "he")
    item = make_draft(house.unit, house.author)
    url = f"/items/{item.uuid}/edit/"
    answer = client(house, house.author).post(url, {"version": item.version, "action": "submit"})
    assert answer.url == f"/review/submit/{item.uuid}/"
    item.refresh_from_db()
    assert item.state == State.DRAFT


def test_nothing_is_asked_where_one_can_be_chosen_alone(house: House, lin: User) -> None:
    choosing(house, "lin")
    item = make_draft(house.unit, house.author)
    assert client(house, house.author).get(f"/review/submit/{item.uuid}/").status_code == 302
    done = client(house, house.author).post(f"/review/submit/{item.uuid}/", {"version": item.version})
    assert done.status_code == 302
    assert holders(Run.objects.get(item=item)) == ["lin"]


def away(**changes: Any) -> dict[str, Any]:
    today = clock.today()
    return {"away_from": today, "away_through": today + timedelta(days=3), "reason": "出访"} | changes


def test_one_sets_and_ends_an_own_absence(house: House, lin: User) -> None:
    run = house.submit()
    browser = client(house, house.research)
    assert "代理设置" in said(browser.get("/"))
    page = said(browser.get("/review/absences/"))
    assert 'name="user"' not in page
    for wrong in (
        away(stand_in="x"),
        away(stand_in=house.author.uuid),
        away(stand_in=lin.uuid, away_through=clock.today() - timedelta(days=1)),
        away(stand_in=lin.uuid, away_from="2026-13-40"),
        away(stand_in=lin.uuid, reason="长" * 61),
    ):
        answer = browser.post("/review/absences/", wrong)
        assert answer.status_code == 422
        assert Absence.objects.count() == 0
    assert 'value="出访"' in said(browser.post("/review/absences/", away(stand_in="x")))
    assert browser.post("/review/absences/", away(stand_in=lin.uuid)).status_code == 302
    assert holders(run) == ["lin"]
    overlapping = browser.post("/review/absences/", away(stand_in=house.chair.uuid))
    assert "已经设了代理" in said(overlapping)
    assert "代理中" in said(client(house, lin).get("/review/absences/"))
    absence = Absence.objects.get()
    assert client(house, lin).post(f"/review/absences/{absence.pk}/end/").status_code == 403
    assert browser.post(f"/review/absences/{absence.pk}/end/").status_code == 302
    assert holders(run) == ["zhou"]
    assert browser.post(f"/review/absences/{absence.pk}/end/").status_code == 409


def test_administrators_set_anybodys_absence(house: House, lin: User) -> None:
    run = house.submit()
    browser = client(house, house.admin)
    data = away(user=house.research.uuid, stand_in=lin.uuid)
    assert browser.post("/review/absences/", data).status_code == 302
    assert holders(run) == ["lin"]
    assert client(house, house.author).get("/review/absences/").status_code == 403
    # Whoever manages nobody sets their own alone, whatever they send.
    assert client(house, house.chair).post("/review/absences/", away(user=lin.uuid, stand_in=house.secretary.uuid)).url
    assert Absence.objects.filter(user=house.chair).exists()
    assert not Absence.objects.filter(user=lin).exists()


def test_a_post_changes_hands_after_a_look_at_what_moves(house: House, lin: User) -> None:
    run, done = house.submit(), house.submit(title="办过的一件")
    pass_as(house.research, done)
    browser = client(house, house.admin)
    holding = house.research.holdings.get()
    data = {"holding": holding.pk, "new": str(lin.uuid), "on": clock.today(), "reason": "轮岗"}
    looked = browser.post("/review/posts/", data)
    assert looked.status_code == 200
    for words in ("要移交 1 篇", "关于规范电动自行车充电的建议", "换人并移交 1 篇"):
        assert words in said(looked)
    assert "办过的一件" not in said(looked)
    assert holders(run) == ["zhou"]
    same = browser.post("/review/posts/", data | {"new": str(house.research.uuid), "confirm": "1"})
    assert same.status_code == 422
    assert "请换成另一位" in said(same)
    moved = browser.post("/review/posts/", data | {"confirm": "1"}, follow=True)
    assert "移交了 1 篇的待办" in said(moved)
    assert holders(run) == ["lin"]
    assert task_of(house.research, done).holder == house.research


def test_a_change_of_hands_says_who_takes_over_what_the_new_holder_cannot(house: House, lin: User) -> None:
    run = house.submit()
    review.add_before(
        actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, who=[lin.uuid], reason="请看"
    )
    data = {"holding": house.research.holdings.get().pk, "new": str(lin.uuid), "on": clock.today()}
    assert "林岚已经在办这一篇" in said(client(house, house.admin).post("/review/posts/", data))


@pytest.mark.parametrize("wrong", [{"holding": "x"}, {"new": "x"}, {"on": "x"}, {"new": ""}, {"reason": "有\x00零"}])
def test_a_change_of_hands_refuses_what_makes_no_sense(house: House, lin: User, wrong: dict[str, str]) -> None:
    data = {"holding": house.research.holdings.get().pk, "new": str(lin.uuid), "on": clock.today(), "reason": "轮岗"}
    answer = client(house, house.admin).post("/review/posts/", data | {"confirm": "1"} | wrong)
    assert answer.status_code == 422
    assert house.research.holdings.get().held_to is None


def test_only_who_manages_people_changes_a_post(house: House) -> None:
    for user in (house.author, house.research, house.chair):
        assert client(house, user).get("/review/posts/").status_code == 403
    assert client(house, None).get("/review/posts/").status_code == 302
