"""Trying a flow out: what it says is what the engine then does, step by step, and nothing is written."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tenants.accounts.models import Group, Membership, User
from tenants.review import operations as review
from tenants.review.definition import parse
from tenants.review.models import Absence, CategoryCommittee, Flow, FlowVersion, Run, Task
from tenants.review.queries import Trial, Tried, try_out
from tenants.review.queries.tryout import ASKED_ONCE
from tests.factories import make_draft, make_user
from tests.tenants.review.conftest import House
from tests.tenants.review.flow_strategies import definitions
from zhitong.core import clock
from zhitong.core.clock import SHANGHAI
from zhitong.core.errors import WrongState
from zhitong.core.operations import system

START = datetime(2026, 6, 17, 11, tzinfo=SHANGHAI)  # before 端午
Asked = list[tuple[str, str, str, str]]  # login name, in whose stead, due, why


@dataclass
class People:
    """A house with a writer who also holds posts, somebody who is away, and an empty post."""

    house: House
    writer: User


@pytest.fixture
def people(house: House) -> People:
    writer = make_user(house.unit, "wu", name="吴谦", roles=["author", "reviewer"], posts=["research", "vice_chair"])
    stand_in = make_user(house.unit, "lin", name="林岚", roles=["reviewer"])
    Absence.objects.create(
        user=house.secretary, stand_in=stand_in, away_from=date(2026, 6, 20), away_through=date(2026, 7, 20)
    )
    return People(house, writer)


def tried(house: House, raw: Any, trial: Trial) -> Tried:
    version = FlowVersion(flow=Flow(code="trial", name="试走"), definition=raw, number=1)
    return try_out(system(house.unit.pk), version, parse(raw), trial)


def really(house: House, raw: Any, author: User, trial: Trial) -> tuple[list[tuple[int, Asked]], str]:
    """Submit an item and let everybody pass at their limit; return who was asked at each visited step, and the end."""
    visited: dict[int, Asked] = {}
    moment = START
    with clock.at(moment):
        review.publish_flow(
            actor=system(house.unit.pk), flow_code="main", name="试验流程", definition=raw, is_default=True
        )
        item = make_draft(house.unit, author, urgency=trial.urgency)
        try:
            run = review.submit(actor=author.actor, item_uuid=item.uuid, version=item.version)
        except WrongState as refusal:
            return [], refusal.message
    while True:
        tasks = list(Task.objects.filter(run=run).select_related("holder", "in_stead_of").order_by("pk"))
        visited |= {step: asked(tasks, step) for step in {task.step for task in tasks}}
        open_ = [task for task in tasks if task.state == Task.State.OPEN]
        if not open_:
            return sorted(visited.items()), Run.objects.get(pk=run.pk).state
        task = open_[0]
        moment = max(moment, task.due_at or moment)
        with clock.at(moment):
            try:
                decide(raw, task, trial)
            except WrongState as refusal:
                return sorted(visited.items()), refusal.message


def decide(raw: Any, task: Task, trial: Trial) -> None:
    actor = User.objects.get(pk=task.holder_id).actor
    if task.kind == Task.Kind.OPINION:
        review.answer(actor=actor, task_uuid=task.uuid, words="属实")
        return
    step = raw["steps"][task.step]
    chosen: list[UUID] = []
    review.decide_pass(
        actor=actor,
        task_uuid=task.uuid,
        comment="同意",
        destinations=trial.destinations if step.get("asks_destination") else None,
        difficulty=trial.difficulty if step.get("asks_difficulty") else None,
        chosen=chosen,
    )


def asked(tasks: list[Task], step: int) -> Asked:
    return sorted(
        one_asked(task.holder, task.in_stead_of, task.due_at, task.due_why) for task in tasks if task.step == step
    )


def one_asked(user: User, in_stead_of: User | None, due: datetime | None, why: str) -> tuple[str, str, str, str]:
    return user.username, in_stead_of.name if in_stead_of else "", f"{due.astimezone(SHANGHAI)}" if due else "", why


@settings(max_examples=25, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    raw=definitions(most=4),
    urgency=st.sampled_from(["ordinary", "important", "urgent"]),
    destination=st.sampled_from(["", "province"]),
    difficulty=st.sampled_from(["plain", "difficult"]),
    by_reviewer=st.booleans(),
)
def test_what_is_predicted_is_what_happens(
    people: People, raw: dict[str, Any], urgency: str, destination: str, difficulty: str, by_reviewer: bool
) -> None:
    house = people.house
    author = people.writer if by_reviewer else house.author
    trial = Trial(
        start=START,
        author=author,
        urgency=urgency,
        category="社会建设",
        destinations=(destination,) if destination else (),
        difficulty=difficulty,
    )
    predicted = tried(house, raw, trial)
    with transaction.atomic():
        visited, end = really(house, raw, author, trial)
        transaction.set_rollback(True)
    told = {
        step.place: sorted(one_asked(one.user, one.in_stead_of, one.due, one.why) for one in step.people)
        for step in predicted.steps
        if step.people
    }
    once = {step.place for step in predicted.steps if step.note == ASKED_ONCE}
    assert {place: found for place, found in visited if place not in once} == told
    assert once <= dict(visited).keys()
    assert (predicted.refused or "passed") == end


def step(**more: Any) -> dict[str, Any]:
    return {"key": "s1", "name": "审签", "posts": ["research"], "limit_days": 2, **more}


def names(found: Tried) -> list[list[str]]:
    return [[one.user.username for one in step.people] for step in found.steps]


def test_holidays_are_named_and_the_whole_is_counted(house: House) -> None:
    found = tried(house, {"steps": [step(limit_days=3)]}, Trial(start=START))
    [one] = found.steps
    assert (one.until, one.people[0].why) == (datetime(2026, 6, 23, 17, 30, tzinfo=SHANGHAI), "3 个工作日，端午顺延")
    assert (found.working_days, found.why, found.refused) == (3, "端午顺延", "")
    assert found.links == {(None, 0), (0, None)}


def test_absence_of_an_author_an_empty_post_and_a_stand_in(people: People) -> None:
    raw = {
        "steps": [
            step(posts=["vice_chair"], on_empty="skip"),
            step(key="s2", name="二", posts=["secretary"], limit_days=1),
            step(key="s3", name="三", posts=["info_officer"]),
        ]
    }
    found = tried(people.house, raw, Trial(start=datetime(2026, 6, 22, 9, tzinfo=SHANGHAI), author=people.writer))
    first, second, third = found.steps
    assert (first.note, first.people) == ("跳过：没有人可以办", ())
    [asked_] = second.people
    assert (asked_.user.username, asked_.in_stead_of) == ("lin", people.house.secretary)
    assert third.to_administrator
    assert [one.user for one in third.people] == [people.house.admin]


def test_what_the_item_decides(house: House) -> None:
    unit = house.unit
    head = make_user(
        unit, "huang", name="黄慧", roles=["reviewer"], groups=[("sector", "教育界"), ("committee", "社法委")]
    )
    make_user(unit, "ye", roles=["author"], groups=[("sector", "教育界")])
    Membership.objects.filter(user=head).update(is_head=True)
    CategoryCommittee.objects.create(category="社会建设", group=Group.objects.get(name="社法委"))
    raw = {
        "steps": [
            {"key": "s1", "name": "一", "who": [{"kind": "author_head", "group_kind": "sector"}], "on_empty": "skip"},
            {"key": "s2", "name": "二", "who": [{"kind": "category_committee"}], "on_empty": "skip"},
        ]
    }
    trial = Trial(start=START, author=User.objects.get(username="ye"), category="社会建设")
    assert names(tried(house, raw, trial)) == [["huang"], ["huang"]]
    assert names(tried(house, raw, Trial(start=START, author=house.author, category="其他"))) == [[], ["admin_a"]]


def test_whoever_is_chosen_is_counted_among_whom(house: House) -> None:
    among = [{"kind": "post", "post": "secretary"}, {"kind": "post", "post": "chair"}]
    raw = {
        "steps": [
            step(),
            {"key": "s2", "name": "二", "who": [{"kind": "chosen_by_previous", "among": among}], "limit_days": 1},
        ]
    }
    found = tried(house, raw, Trial(start=START))
    assert [one.choice for one in found.steps] == [0, 2]
    assert names(found) == [["zhou"], ["he"]]


def test_it_says_when_nobody_could_go_on_and_whether_the_flow_takes_the_item(house: House) -> None:
    raw = {"steps": [step(posts=["info_officer"])], "when": [{"field": "urgency", "in": ["urgent"]}]}
    found = tried(house, raw, Trial(start=START, author=house.admin))
    assert "没有人可以办" in found.refused
    assert found.links == frozenset()
    assert not found.takes
    assert tried(house, raw, Trial(start=START, urgency="urgent")).takes


def test_nothing_is_written_and_the_cost_does_not_grow_with_the_unit(house: House) -> None:
    raw = {"steps": [step(posts=["research", "secretary"], mode="all", cc=[{"kind": "post", "post": "chair"}])]}

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            tried(house, raw, Trial(start=START, author=house.author))
        sent = [one["sql"] for one in captured if not one["sql"].startswith("SET search_path")]  # once a connection
        assert not [sql for sql in sent if not sql.startswith("SELECT")]
        return len(sent)

    few = queries()
    for n in range(20):
        make_user(house.unit, f"more{n}", roles=["reviewer"], posts=["research"])
    assert queries() == few
