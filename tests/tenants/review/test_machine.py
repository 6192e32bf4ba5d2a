"""Random sequences of verbs over random flows: the promises of review hold after each."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tenants.accounts.models import User
from tenants.items.models import State
from tenants.review import operations as review
from tenants.review.definition import Mode, parse
from tenants.review.engine import replay
from tenants.review.holders import Asking, assignees, authors_of
from tenants.review.models import PENDING, Act, FlowVersion, Run, Task
from tenants.review.queries import Tab, counts
from tests.factories import make_draft, make_user
from tests.tenants.review.conftest import House
from zhitong.core import clock
from zhitong.core.errors import WrongState
from zhitong.core.operations import system

POSTS = ["research", "secretary", "vice_chair", "chair"]
steps = st.lists(
    st.fixed_dictionaries(
        {
            "posts": st.lists(st.sampled_from(POSTS), min_size=1, max_size=3, unique=True),
            "mode": st.sampled_from(["any", "all", "in_order", "n_of_m"]),
            "on_empty": st.sampled_from(["skip", "administrator"]),
            "important": st.booleans(),
        }
    ),
    min_size=1,
    max_size=4,
)
_STATE = {
    "running": {State.IN_REVIEW}, "returned": {State.RETURNED}, "passed": {State.APPROVED},
    "declined": {State.DECLINED}, "kept": {State.KEPT}, "recalled": {State.WITHDRAWN},
}  # fmt: skip


def definition_of(drawn: list[dict[str, Any]]) -> dict[str, Any]:
    made = []
    for n, step in enumerate(drawn, 1):
        raw = {key: value for key, value in step.items() if key != "important"}
        raw |= {"key": f"s{n}", "name": f"第{n}步", "limit_days": n}
        raw |= {"n": 2} if step["mode"] == "n_of_m" else {}
        if step["important"] and n > 1:
            raw["when"] = [{"field": "urgency", "in": ["important"]}]
        made.append(raw)
    return {"steps": made}


def writer_of(run: Run) -> User:
    assert run.item.created_by is not None
    return run.item.created_by


class ReviewMachine(RuleBasedStateMachine):
    """Works in the house given by the test; every example makes its own items."""

    house: House
    writer: User
    people: list[User]
    count = 0

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[int] = []
        self.frozen: dict[int, Any] = {}

    @initialize(drawn=steps)
    def publish(self, drawn: list[dict[str, Any]]) -> None:
        review.publish_flow(
            actor=system(self.house.unit.pk),
            flow_code="main",
            name="试验流程",
            definition=definition_of(drawn),
            is_default=True,
        )

    @rule(drawn=steps)
    def publish_again(self, drawn: list[dict[str, Any]]) -> None:
        self.publish(drawn)

    @rule(important=st.booleans(), by_reviewer=st.booleans())
    def submit(self, *, important: bool, by_reviewer: bool) -> None:
        type(self).count += 1
        author = self.writer if by_reviewer else self.house.author
        item = make_draft(
            self.house.unit,
            author,
            title=f"关于第 {self.count} 件事的建议",
            urgency="important" if important else "ordinary",
        )
        run = review.submit(actor=author.actor, item_uuid=item.uuid, version=item.version)
        self.runs.append(run.pk)
        self.frozen[run.pk] = run.flow_version.definition

    @precondition(lambda self: self.open_tasks())
    @rule(data=st.data(), verb=st.sampled_from(["pass", "pass", "pass", "return", "back", "keep", "decline"]))
    def decide(self, data: st.DataObject, verb: str) -> None:
        task = data.draw(st.sampled_from(self.open_tasks()))
        actor, uuid = task.holder.actor, task.uuid
        here = Task.objects.filter(run=task.run, round=task.round, step=task.step)
        votes = parse(task.run.flow_version.definition).steps[task.step].mode is Mode.N_OF_M and here.count() > 1
        if votes and verb != "pass":
            review.decide_object(actor=actor, task_uuid=uuid, reason="数据不实")
        elif verb == "pass":
            review.decide_pass(actor=actor, task_uuid=uuid)
        elif verb == "keep":
            review.decide_keep(actor=actor, task_uuid=uuid, reason="留存备用")
        elif verb == "decline":
            review.decide_decline(actor=actor, task_uuid=uuid, reason="不属反映范围")
        elif verb == "back" and task.step:
            review.decide_return(actor=actor, task_uuid=uuid, reason="请再核", to="s1")
        else:
            review.decide_return(actor=actor, task_uuid=uuid, reason="数据请注明来源")
        with pytest.raises(WrongState):
            review.decide_pass(actor=actor, task_uuid=uuid)

    @precondition(lambda self: self.mine(Run.State.RETURNED))
    @rule(data=st.data())
    def submit_again(self, data: st.DataObject) -> None:
        run = data.draw(st.sampled_from(self.mine(Run.State.RETURNED)))
        item = run.item
        review.submit(actor=writer_of(run).actor, item_uuid=item.uuid, version=item.version)

    @precondition(lambda self: self.mine(Run.State.RUNNING))
    @rule(data=st.data())
    def recall(self, data: st.DataObject) -> None:
        run = data.draw(st.sampled_from(self.mine(Run.State.RUNNING)))
        verbs = list(Act.objects.filter(run=run).order_by("seq").values_list("verb", flat=True))
        untouched = verbs[-1] in {"start", "resubmit", "skip"} and not self.acted_since_start(verbs)
        try:
            review.recall(actor=writer_of(run).actor, item_uuid=run.item.uuid, reason="写错了")
        except WrongState:
            assert not untouched
        else:
            assert untouched

    @staticmethod
    def acted_since_start(verbs: list[str]) -> bool:
        start = max(n for n, verb in enumerate(verbs) if verb in {"start", "resubmit"})
        return any(verb != "skip" for verb in verbs[start + 1 :])

    def open_tasks(self) -> list[Task]:
        rows = Task.objects.filter(run__in=self.runs, state=Task.State.OPEN).select_related("holder")
        return list(rows.order_by("pk"))

    def mine(self, state: Run.State) -> list[Run]:
        rows = Run.objects.filter(pk__in=self.runs, state=state).select_related("item__created_by")
        return list(rows.order_by("pk"))

    @invariant()
    def every_run_is_sound(self) -> None:
        for run in Run.objects.filter(pk__in=self.runs).select_related("item", "flow_version"):
            assert run.item.state in _STATE[run.state]
            assert run.flow_version.definition == self.frozen[run.pk]
            pending = list(Task.objects.filter(run=run, state__in=PENDING).select_related("holder"))
            assert bool(pending) == (run.state == Run.State.RUNNING)
            assert any(task.state == Task.State.OPEN for task in pending) == bool(pending)
            assert {(task.step, task.round) for task in pending} <= {(run.step, run.round)}
            if pending:
                self.right_people(run, pending)
            seqs = list(Act.objects.filter(run=run).order_by("seq").values_list("seq", flat=True))
            assert seqs == list(range(1, len(seqs) + 1))
            self.history_replays(run)

    def history_replays(self, run: Run) -> None:
        found = replay(Act.objects.filter(run=run).order_by("seq"))
        assert (found.state, found.step, found.round, found.back_to) == (run.state, run.step, run.round, run.back_to)
        tasks = Task.objects.filter(run=run).select_related("holder")
        assert found.tasks == {str(task.uuid): task.state for task in tasks}
        assert found.holders == {str(task.uuid): str(task.holder.uuid) for task in tasks}

    def right_people(self, run: Run, pending: list[Task]) -> None:
        step = parse(run.flow_version.definition).steps[run.step]
        authors = authors_of(run.item)
        assert not any(authors.include(task.holder) for task in pending)
        asked = {one.user.pk for one in assignees(step.who, Asking(run.item, authors, clock.today()))}
        every = Task.objects.filter(run=run, round=run.round, step=run.step)
        assert {task.holder_id for task in every} == (asked or {self.house.admin.pk})

    @invariant()
    def counts_equal_tasks(self) -> None:
        for user in self.people:
            mine = Task.objects.filter(holder=user, state=Task.State.OPEN).count()
            assert counts(user)[Tab.MINE] == mine

    @invariant()
    def one_published_version(self) -> None:
        assert FlowVersion.objects.filter(flow__code="main", state=FlowVersion.State.PUBLISHED).count() == 1


def test_random_sequences_keep_the_promises(house: House) -> None:
    ReviewMachine.house = house
    ReviewMachine.writer = make_user(
        house.unit, "wu", name="吴谦", roles=["author", "reviewer"], posts=["research", "chair"]
    )
    ReviewMachine.people = [house.research, house.secretary, house.chair, house.admin, ReviewMachine.writer]
    run_state_machine_as_test(
        ReviewMachine,
        settings=settings(
            max_examples=12,
            stateful_step_count=18,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
