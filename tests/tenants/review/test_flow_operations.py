"""Writes of flows: drafts with their revisions, publishing, order, committees and checklists; two at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tenants.accounts.models import Group, GroupKind, Holding, Membership, Position, User
from tenants.review import operations as review
from tenants.review.definition import parse
from tenants.review.models import CategoryCommittee, Checklist, Flow, FlowVersion
from tenants.review.queries import flows, load_staff
from tests.factories import make_draft, make_user
from tests.tenants.review.conftest import House
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, Refusal, StaleVersion, WrongState
from zhitong.core.models import AuditEntry
from zhitong.units.models import Unit

STEP = {"key": "s1", "name": "编审", "posts": ["research"], "limit_days": 2, "on_empty": "administrator"}
DEFINITION = {"steps": [STEP]}


def save(house: House, **more: Any) -> FlowVersion:
    given = {"flow_code": "main", "name": "试验流程", "definition": DEFINITION, **more}
    return review.save_draft_version(actor=house.admin.actor, **given)


def test_every_change_of_a_draft_counts(house: House) -> None:
    first = save(house)
    assert (first.number, first.revision, first.changed_by) == (2, 1, house.admin)
    second = save(house, version=2, revision=1)
    assert (second.pk, second.revision) == (first.pk, 2)
    for stale in ({"version": 2, "revision": 1}, {"version": None}, {"version": 3}):
        with pytest.raises(StaleVersion, match=r"管理员于 \d\d-\d\d \d\d:\d\d 改过这个草稿") as refused:
            save(house, name="另一个名字", **stale)
        assert refused.value.rule
    assert Flow.objects.get(code="main").name == "试验流程"
    assert save(house, version=2).revision == 3  # without a revision it replaces what stands
    assert AuditEntry.objects.filter(unit_key=house.unit.pk, action="review.flow.drafted").count() == 3


def test_only_the_draft_that_was_seen_is_published(house: House) -> None:
    draft = save(house)
    with pytest.raises(StaleVersion, match="请看过再发布"):
        review.publish_draft(actor=house.admin.actor, flow_code="main", version=2, revision=draft.revision + 1)
    with pytest.raises(StaleVersion):
        review.publish_draft(actor=house.admin.actor, flow_code="main", version=1)
    with pytest.raises(NotFound):
        review.publish_draft(actor=house.admin.actor, flow_code="other", version=1)
    made = review.publish_draft(actor=house.admin.actor, flow_code="main", version=2, revision=draft.revision)
    assert made.state == FlowVersion.State.PUBLISHED


def test_a_draft_that_must_be_mended_is_not_published(house: House) -> None:
    save(house, definition={"steps": [{**STEP, "posts": ["info_officer"], "checklist": "lost"}]})
    with pytest.raises(WrongState, match=r"还有 1 处必须改.*本单位没有检查单“lost”") as refused:
        review.publish_draft(actor=house.admin.actor, flow_code="main", version=2)
    assert refused.value.rule == "发布前检查"
    Checklist.objects.create(code="lost", name="找到了", lines=[{"key": "a", "text": "一"}], made_at=clock.now())
    assert review.publish_draft(actor=house.admin.actor, flow_code="main", version=2).number == 2


def test_an_earlier_version_is_used_again(house: House) -> None:
    house.publish({"posts": ["chair"]})
    made = review.draft_version(actor=house.admin.actor, flow_code="main", number=1)
    assert made.number == 3
    assert made.definition == FlowVersion.objects.get(flow__code="main", number=1).definition
    with pytest.raises(StaleVersion):
        review.draft_version(actor=house.admin.actor, flow_code="main", number=1)
    with pytest.raises(NotFound):
        review.draft_version(actor=house.admin.actor, flow_code="main", number=8)


@pytest.mark.parametrize(
    "call",
    [
        lambda actor: review.draft_version(actor=actor, flow_code="main", number=1),
        lambda actor: review.draft_blank(actor=actor, name="x", first_step="y", post="chair"),
        lambda actor: review.move_flow(actor=actor, flow_code="main", earlier=True),
        lambda actor: review.save_committees(actor=actor, committees={}),
        lambda actor: review.save_checklist(actor=actor, name="x", lines=["y"]),
        lambda actor: review.publish_draft(actor=actor, flow_code="main", version=1),
    ],
)
def test_the_right_to_configure_is_needed(house: House, call: Callable[[Any], object]) -> None:
    for user in (house.author, house.research, house.chair):
        with pytest.raises(NotAllowed, match="设置审核流程"):
            call(user.actor)


def test_the_default_stays_last(house: House) -> None:
    for code in ("a", "b", "c"):
        review.publish_flow(actor=house.admin.actor, flow_code=code, name=code, definition=DEFINITION)
    review.move_flow(actor=house.admin.actor, flow_code="c", earlier=True)
    assert [row.flow.code for row in flows()] == ["a", "c", "b", "main"]
    review.move_flow(actor=house.admin.actor, flow_code="b", earlier=False)
    assert [row.flow.code for row in flows()] == ["a", "c", "b", "main"]
    with pytest.raises(NotFound):
        review.move_flow(actor=house.admin.actor, flow_code="nothing", earlier=True)


def test_runs_are_counted_by_version(house: House) -> None:
    for n in range(3):
        house.submit(title=f"关于第 {n} 件事的建议")
    review.decide_decline(actor=house.research.actor, task_uuid=house.research.tasks.latest("pk").uuid, reason="重复")
    house.publish({"posts": ["research"]})
    house.submit(title="关于第 4 件事的建议")
    [row] = flows()
    assert [(one.version.number, one.running, one.ended) for one in row.versions] == [(2, 1, 0), (1, 2, 1)]
    assert row.running == 3


def test_committees_of_unknown_categories_or_groups_are_refused(house: House) -> None:
    sector = Group.objects.create(kind=GroupKind.SECTOR, name="教育界")
    for wrong in ({"社会建设": sector.pk}, {"社会建设": 99_999}, {"没有这一类": None}):
        with pytest.raises(InvalidInput) as refused:
            review.save_committees(actor=house.admin.actor, committees=wrong)
        assert list(refused.value.fields) == list(wrong)
    assert not CategoryCommittee.objects.exists()


def test_the_staff_of_today(house: House) -> None:
    today = clock.today()
    leaving = Position.objects.get(code="chair")
    Holding.objects.filter(position=leaving).update(held_to=today + timedelta(days=20))
    gap = Position.objects.get(code="vice_chair")
    Holding.objects.create(position=gap, user=house.chair, held_from=today, held_to=today + timedelta(days=3))
    Holding.objects.create(position=gap, user=house.secretary, held_from=today + timedelta(days=3))
    member = make_user(house.unit, "ye", name="叶青", groups=[("committee", "社法委"), ("sector", "教育界")])
    Membership.objects.filter(user=member, group__name="社法委").update(is_head=True)
    make_draft(house.unit, house.author)
    house.submit(title="关于另一件事的建议")
    raw = {"steps": [{"key": "a", "name": "甲", "who": [
        {"kind": "user", "username": "zhou"}, {"kind": "user", "username": "gone"},
        {"kind": "group", "group_kind": "sector", "name": "教育界"},
    ]}]}  # fmt: skip
    staff = load_staff(parse(raw))
    assert [one.name for one in staff.posts["research"].holders] == ["周敏"]
    assert staff.posts["info_officer"].holders == []
    assert staff.posts["chair"].empty_from == today + timedelta(days=20)
    assert (staff.posts["vice_chair"].empty_from, staff.posts["secretary"].empty_from) == (None, None)
    assert [one.name for one in staff.circles["committee", "社法委"].heads] == ["叶青"]
    assert [one.name for one in staff.circles["sector", "教育界"].members] == ["叶青"]
    assert list(staff.users) == ["zhou"]
    assert {one.username for one in staff.deciders} == {"zhou", "he", "chen"}
    assert [one.username for one in staff.administrators] == ["admin_a"]
    assert not staff.users["zhou"].writes
    raw["steps"][0]["who"] = [{"kind": "user", "username": "liang"}]
    author = load_staff(parse(raw)).users["liang"]
    assert (author.writes, author.decides) == (True, False)


def test_two_administrators_at_once_keep_one_change(committed: None) -> None:
    unit = Unit.objects.get(domains__domain__startswith="nanhai.")
    admins = [make_user(unit, f"admin{n}", roles=["administrator"]).pk for n in range(2)]
    with unit:
        seen = review.save_draft_version(
            actor=User.objects.get(pk=admins[0]).actor, flow_code="main", name="试验流程", definition=DEFINITION
        ).revision

    def change(n: int) -> str:
        try:
            with unit:
                actor = User.objects.get(pk=admins[n]).actor
                definition = {"steps": [{**STEP, "name": f"第{n}人改的"}]}
                review.save_draft_version(
                    actor=actor, flow_code="main", name="试验流程", definition=definition, version=2, revision=seen
                )
                return "kept"
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    def check(n: int) -> str:
        try:
            with unit:
                actor = User.objects.get(pk=admins[n]).actor
                review.save_checklist(actor=actor, name="三提三不提", lines=[f"第{n}人"], code="topics", edition=1)
                return "kept"
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    for work in (change, check):
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(work, range(2))) == ["kept", "stale_version"]
    with unit:
        assert FlowVersion.objects.get(flow__code="main", state="draft").revision == seen + 1
        assert Checklist.objects.filter(code="topics").count() == 2
