"""States × verbs: what each verb does in each state of a run. The table is the specification."""

from collections.abc import Callable
from typing import Any

import pytest

from tenants.accounts.models import User
from tenants.items.models import State
from tenants.notices.models import Notice
from tenants.review import operations as review
from tenants.review import presets
from tenants.review.models import Act, Run, Task
from tenants.review.queries import timeline
from tests.factories import make_user
from tests.tenants.review.conftest import House, holders, item_of, pass_as, task_of
from zhitong.core.errors import Refusal, WrongState
from zhitong.core.operations import system

Verb = Callable[[House, Run], Any]


def decide(house: House, run: Run) -> dict[str, Any]:
    return {"actor": house.research.actor, "task_uuid": task_of(house.research, run).uuid}


VERBS: dict[str, Verb] = {
    "pass": lambda house, run: review.decide_pass(**decide(house, run)),
    "return": lambda house, run: review.decide_return(**decide(house, run), reason="数据请注明来源"),
    "decline": lambda house, run: review.decide_decline(**decide(house, run), reason="不属反映范围"),
    "keep": lambda house, run: review.decide_keep(**decide(house, run), reason="留存备用"),
    "recall": lambda house, run: review.recall(actor=house.author.actor, item_uuid=run.item.uuid, reason="写错了"),
    "resubmit": lambda house, run: review.submit(
        actor=house.author.actor, item_uuid=run.item.uuid, version=item_of(run).version
    ),
    "start": lambda house, run: review.start_run(actor=system(house.unit.pk), item=item_of(run)),
}
# state before -> verb -> state after; a verb that is not named is refused and changes nothing.
TABLE: dict[str, dict[str, str]] = {
    "running": {
        "pass": "passed", "return": "returned", "decline": "declined", "keep": "kept", "recall": "recalled",
    },
    "returned": {"resubmit": "running"},
    "passed": {},
    "declined": {},
    "kept": {},
    "recalled": {},
}  # fmt: skip
REACH = {
    "running": "",
    "returned": "return",
    "passed": "pass",
    "declined": "decline",
    "kept": "keep",
    "recalled": "recall",
}


@pytest.mark.parametrize("state", TABLE)
def test_every_verb_in_every_state(house: House, state: str) -> None:
    for verb, act in VERBS.items():
        run = house.submit(title=f"关于“{verb}”的建议")
        if REACH[state]:
            VERBS[REACH[state]](house, run)
        run.refresh_from_db()
        assert run.state == state
        before = Act.objects.filter(run=run).count()
        after = TABLE[state].get(verb)
        if after is None:
            with pytest.raises(WrongState):
                act(house, run)
        else:
            act(house, run)
        run.refresh_from_db()
        assert run.state == (after or state), verb
        assert Act.objects.filter(run=run).count() == before + (after is not None), verb
        assert Task.objects.filter(run=run, state=Task.State.OPEN).exists() == (run.state == Run.State.RUNNING), verb


@pytest.fixture
def vice_chair(house: House) -> User:
    return make_user(house.unit, "vice", name="孙越", roles=["leader"], posts=["vice_chair"])


@pytest.mark.parametrize(
    ("code", "urgency", "way"),
    [
        ("research_chair", "important", ["zhou", "he", "chen"]),
        ("research_chair", "ordinary", ["zhou"]),
        ("simple", "important", ["zhou"]),
        ("four_levels", "ordinary", ["zhou", "he", "vice", "chen"]),
    ],
)
def test_presets_are_walked_wholly(house: House, vice_chair: User, code: str, urgency: str, way: list[str]) -> None:
    preset = presets.load(code)
    review.publish_flow(
        actor=system(house.unit.pk),
        flow_code="main",
        name=preset.name,
        definition=preset.definition,
        is_default=True,
    )
    run = house.submit(urgency=urgency)
    for username in way:
        assert holders(run) == [username]
        pass_as(User.objects.get(username=username), run)
    assert item_of(run).state == State.APPROVED


def test_holders_and_authors_are_told_once(house: House, drain: Callable[[], int]) -> None:
    run = house.submit(urgency="important")
    drain()
    assert Notice.objects.get(reader=house.research, kind="review.task").title.startswith("请办理：")
    VERBS["return"](house, run)
    drain()
    notice = Notice.objects.get(reader=house.author, kind="review.returned")
    assert (notice.body, notice.url) == ("数据请注明来源", f"/items/{run.item.uuid}/")


def test_the_history_reads_as_lines(house: House) -> None:
    run = house.submit(urgency="important")
    pass_as(house.research, run)
    review.decide_return(actor=house.secretary.actor, task_uuid=task_of(house.secretary, run).uuid, reason="请再核")
    lines = [(line.by, line.step, line.what, line.why) for line in timeline(item_of(run))]
    assert lines == [
        ("梁晓岚", "", "提交审核", ""),
        ("研究室 周敏", "研究室编审", "通过", ""),
        ("秘书长 何静", "秘书长初审", "退回", "请再核"),
    ]


def test_publishing_needs_the_right_and_a_default_is_made_once(house: House) -> None:
    with pytest.raises(Refusal):
        review.publish_flow(actor=house.author.actor, flow_code="x", name="试", definition={})
    assert review.ensure_default_flow(actor=house.admin.actor).number == 1
