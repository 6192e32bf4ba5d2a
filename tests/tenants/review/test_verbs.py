"""Every verb: what it does to run, tasks, item, events, history."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tenants.items.models import EditionKind, State
from tenants.items.texts import Texts
from tenants.review import operations as review
from tenants.review.models import Act, Flow, FlowVersion, Run, Task
from tests.factories import make_draft, make_user
from tests.tenants.review.conftest import House, holders, item_of, open_tasks, pass_as, task_of
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, StaleVersion, WrongState
from zhitong.core.models import AuditEntry, OutboxMessage
from zhitong.core.operations import system
from zhitong.exchange.models import Event


def verbs(run: Run) -> list[str]:
    return list(Act.objects.filter(run=run).order_by("seq").values_list("verb", flat=True))


def events(run: Run) -> list[tuple[str, str]]:
    return list(Event.objects.filter(item_uuid=item_of(run).uuid).order_by("pk").values_list("kind", "mode"))


def test_an_ordinary_item_passes_the_research_office_only(house: House) -> None:
    run = house.submit(urgency="ordinary")
    assert holders(run) == ["zhou"]
    pass_as(house.research, run)
    run.refresh_from_db()
    assert (run.state, item_of(run).state, open_tasks(run)) == (Run.State.PASSED, State.APPROVED, [])
    assert verbs(run) == ["start", "pass"]
    assert events(run)[-1] == ("adopted", "single")
    kinds = list(item_of(run).editions.values_list("kind", flat=True))
    assert kinds == [EditionKind.ORIGINAL, EditionKind.ISSUED]


def test_an_important_item_passes_all_three(house: House) -> None:
    run = house.submit(urgency="important")
    for user in (house.research, house.secretary):
        assert holders(run) == [user.username]
        pass_as(user, run)
    assert item_of(run).state == State.IN_REVIEW
    pass_as(house.chair, run, mode="merged", comment="同意")
    assert events(run)[-1] == ("adopted", "merged")
    assert Act.objects.get(run=run, by=house.chair).reason == "同意"
    assert Act.objects.get(run=run, by=house.chair).position_name == "主席"


def test_passing_with_an_edited_text_keeps_the_original(house: House) -> None:
    run = house.submit(urgency="important")
    texts = Texts("关于规范充电的建议", "情况。", "原因。", "建议。")
    pass_as(house.research, run, texts=texts)
    item = item_of(run)
    assert item.title == "关于规范充电的建议"
    assert [edition.kind for edition in item.editions.all()] == ["original", "edited"]
    act = Act.objects.get(run=run, verb="pass")
    assert act.edition is not None
    assert act.edition.writer == house.research


def test_editing_checks_the_version(house: House) -> None:
    run = house.submit()
    task, item = task_of(house.research, run), item_of(run)
    texts = Texts("标题", "情况。", "", "建议。")
    review.edit_text(actor=house.research.actor, task_uuid=task.uuid, version=item.version, texts=texts)
    with pytest.raises(StaleVersion):
        review.edit_text(actor=house.research.actor, task_uuid=task.uuid, version=item.version, texts=texts)
    assert holders(run) == ["zhou"]


def test_returned_to_the_author_and_submitted_again_in_the_same_run(house: House) -> None:
    run = house.submit(urgency="important")
    pass_as(house.research, run)
    review.decide_return(
        actor=house.secretary.actor, task_uuid=task_of(house.secretary, run).uuid, reason="数据请注明来源"
    )
    run.refresh_from_db()
    item = item_of(run)
    assert (run.state, item.state, holders(run), run.ended_at) == ("returned", "returned", [], None)
    again = review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version)
    assert (again.pk, again.state, again.round, holders(run)) == (run.pk, "running", 2, ["zhou"])
    assert verbs(run) == ["start", "pass", "return", "resubmit"]
    for user in (house.research, house.secretary, house.chair):
        pass_as(user, run)
    assert item_of(run).state == State.APPROVED


def test_returned_to_an_earlier_step(house: House) -> None:
    run = house.submit(urgency="important")
    pass_as(house.research, run)
    pass_as(house.secretary, run)
    review.decide_return(
        actor=house.chair.actor, task_uuid=task_of(house.chair, run).uuid, reason="再核", to="research"
    )
    assert holders(run) == ["zhou"]
    assert item_of(run).state == State.IN_REVIEW
    with pytest.raises(InvalidInput):
        review.decide_return(
            actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, reason="再核", to="chair"
        )


@pytest.mark.parametrize(("verb", "state"), [(review.decide_decline, "declined"), (review.decide_keep, "kept")])
def test_decline_and_keep_end_the_run(house: House, verb: Any, state: str) -> None:
    run = house.submit()
    task = task_of(house.research, run)
    with pytest.raises(InvalidInput) as refused:
        verb(actor=house.research.actor, task_uuid=task.uuid, reason="  ")
    assert "reason" in refused.value.fields
    verb(actor=house.research.actor, task_uuid=task.uuid, reason="不属反映范围")
    run.refresh_from_db()
    assert (run.state, item_of(run).state, holders(run)) == (state, state, [])
    assert events(run)[-1] == (state, "")


WITH_REASON: dict[str, Any] = {
    "object": review.decide_object, "return": review.decide_return, "decline": review.decide_decline,
    "keep": review.decide_keep, "reassign": review.reassign, "delegate": review.delegate, "relay": review.relay,
    "add_before": review.add_before, "add_after": review.add_after, "remove": review.remove_signer,
    "reassign by the administrator": review.reassign_task, "take_back": review.take_back, "jump": review.jump,
    "end": review.end_run, "restart": review.restart, "expedite": review.expedite, "recall": review.recall,
}  # fmt: skip
_MANY = {"add_before", "add_after"}


@pytest.mark.parametrize("verb", WITH_REASON)
def test_what_is_no_pass_needs_a_reason(house: House, verb: str) -> None:
    other = make_user(house.unit, "sun", name="孙越", roles=["reviewer"])
    run = house.submit()
    given: dict[str, Any] = {"actor": house.admin.actor, "run_uuid": run.uuid}
    if verb == "jump":
        given["to"] = "chair"
    elif verb == "end":
        given["as_verb"] = "keep"
    elif verb == "recall":
        given = {"actor": house.author.actor, "item_uuid": run.item.uuid}
    elif verb not in {"restart", "expedite", "take_back"}:
        given = {"actor": house.research.actor, "task_uuid": task_of(house.research, run).uuid}
        if verb in {"reassign", "delegate", "relay", "reassign by the administrator"} | _MANY:
            given["who"] = [other.uuid] if verb in _MANY else other.uuid
        if verb == "reassign by the administrator":
            given["actor"] = house.admin.actor
    before = verbs(run)
    with pytest.raises(InvalidInput) as refused:
        WITH_REASON[verb](**given, reason=" 　")
    assert refused.value.fields["reason"]
    assert verbs(run) == before


def test_recall_until_somebody_has_acted(house: House) -> None:
    run = house.submit()
    review.recall(actor=house.author.actor, item_uuid=item_of(run).uuid, reason="写错了")
    run.refresh_from_db()
    assert (run.state, item_of(run).state, holders(run)) == ("recalled", "withdrawn", [])
    assert Task.objects.get(run=run).state == Task.State.CANCELLED

    other = house.submit(title="关于另一件事的建议", urgency="important")
    pass_as(house.research, other)
    with pytest.raises(WrongState, match="周敏（研究室）已于"):
        review.recall(actor=house.author.actor, item_uuid=item_of(other).uuid, reason="写错了")


def test_only_the_holder_decides(house: House) -> None:
    run = house.submit()
    task = task_of(house.research, run)
    with pytest.raises(NotAllowed, match="由周敏办理"):
        review.decide_pass(actor=house.chair.actor, task_uuid=task.uuid)
    with pytest.raises(NotFound):
        review.decide_pass(actor=house.author.actor, task_uuid=task.uuid)


def test_a_closed_task_says_who_closed_it(house: House) -> None:
    second = make_user(house.unit, "lin", name="林岚", roles=["clerk"], posts=["research"])
    run = house.submit()
    assert holders(run) == ["lin", "zhou"]
    pass_as(house.research, run)
    assert task_of(second, run).state == Task.State.SUPERSEDED
    with pytest.raises(WrongState, match=r"已由周敏（研究室）于 .* 通过，您的操作没有生效"):
        pass_as(second, run)


def test_all_must_sign(house: House) -> None:
    house.publish({"posts": ["research", "chair"], "mode": "all"})
    run = house.submit()
    assert holders(run) == ["chen", "zhou"]
    pass_as(house.chair, run)
    assert holders(run) == ["zhou"]
    pass_as(house.research, run)
    assert item_of(run).state == State.APPROVED


def test_in_order_one_after_the_other(house: House) -> None:
    house.publish({"posts": ["chair", "research"], "mode": "in_order", "limit_days": 2})
    run = house.submit()
    assert holders(run) == ["chen"]
    assert task_of(house.research, run).state == Task.State.WAITING
    with pytest.raises(WrongState, match="还没有轮到您"):
        pass_as(house.research, run)
    pass_as(house.chair, run)
    assert holders(run) == ["zhou"]
    assert task_of(house.research, run).due_at is not None
    pass_as(house.research, run)
    assert item_of(run).state == State.APPROVED


def test_n_of_m(house: House) -> None:
    house.publish({"posts": ["research", "secretary", "chair"], "mode": "n_of_m", "n": 2})
    run = house.submit()
    pass_as(house.research, run)
    assert holders(run) == ["chen", "he"]
    pass_as(house.chair, run)
    assert item_of(run).state == State.APPROVED
    assert task_of(house.secretary, run).state == Task.State.SUPERSEDED


def test_an_author_never_decides_an_own_item(house: House) -> None:
    writer = make_user(house.unit, "wu", name="吴谦", roles=["author", "reviewer"], posts=["research"])
    item = make_draft(house.unit, writer)
    run = review.submit(actor=writer.actor, item_uuid=item.uuid, version=item.version)
    assert holders(run) == ["zhou"]


def test_an_author_who_alone_holds_the_post_leaves_it_to_the_administrator(house: House) -> None:
    house.publish({"posts": ["vice_chair"], "on_empty": "administrator"})
    writer = make_user(house.unit, "wu", name="吴谦", roles=["author", "reviewer"], posts=["vice_chair"])
    item = make_draft(house.unit, writer)
    run = review.submit(actor=writer.actor, item_uuid=item.uuid, version=item.version)
    assert holders(run) == ["admin_a"]
    pass_as(house.admin, run)
    assert item_of(run).state == State.APPROVED
    assert Act.objects.get(run=run, verb="pass").position_name == "单位管理员"


def test_an_empty_post_is_skipped_with_a_note(house: House) -> None:
    house.publish({"posts": ["research"]}, {"posts": ["vice_chair"], "on_empty": "skip"}, {"posts": ["chair"]})
    run = house.submit()
    pass_as(house.research, run)
    assert holders(run) == ["chen"]
    assert verbs(run) == ["start", "pass", "skip"]


def test_skipping_alone_never_adopts(house: House) -> None:
    house.publish({"posts": ["vice_chair"], "on_empty": "skip"}, {"posts": ["info_officer"], "on_empty": "skip"})
    run = house.submit()
    assert holders(run) == ["admin_a"]
    assert verbs(run) == ["start", "skip"]
    assert item_of(run).state == State.IN_REVIEW


def test_nobody_at_all_refuses_and_changes_nothing(house: House) -> None:
    house.publish({"posts": ["vice_chair"]})
    house.admin.roles.clear()
    item = make_draft(house.unit, house.author)
    with pytest.raises(WrongState, match="没有人可以办"):
        review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version)
    item.refresh_from_db()
    assert (item.state, Run.objects.count()) == (State.DRAFT, 0)


def test_one_person_in_two_consecutive_posts(house: House) -> None:
    both = make_user(house.unit, "sun", name="孙越", roles=["leader"], posts=["info_officer", "vice_chair"])
    house.publish({"posts": ["info_officer"]}, {"posts": ["vice_chair"]})
    run = house.submit()
    pass_as(both, run)
    pass_as(both, run)
    assert item_of(run).state == State.APPROVED


def test_a_running_item_keeps_its_version(house: House) -> None:
    run = house.submit(urgency="important")
    house.publish({"posts": ["chair"]})
    pass_as(house.research, run)
    assert holders(run) == ["he"]
    assert holders(house.submit(title="关于另一件事的建议")) == ["chen"]
    assert list(FlowVersion.objects.order_by("number").values_list("state", flat=True)) == ["retired", "published"]
    assert Flow.objects.filter(is_default=True).count() == 1


def test_a_flow_with_conditions_takes_its_items_first(house: House) -> None:
    review.publish_flow(
        actor=system(house.unit.pk),
        flow_code="urgent",
        name="绿色通道",
        definition={
            "when": [{"field": "urgency", "in": ["urgent"]}],
            "steps": [{"key": "chair", "name": "主席签发", "posts": ["chair"], "limit_hours": 3}],
        },
    )
    urgent = house.submit(urgency="urgent")
    assert holders(urgent) == ["chen"]
    assert open_tasks(urgent)[0].due_why == "紧急件 3 小时"
    assert holders(house.submit(title="关于另一件事的建议")) == ["zhou"]


def test_submitting_an_old_version_or_twice_is_refused(house: House) -> None:
    item = make_draft(house.unit, house.author)
    with pytest.raises(StaleVersion):
        review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version + 1)
    review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version)
    with pytest.raises(WrongState):
        review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version)
    with pytest.raises(NotFound):
        review.submit(actor=house.research.actor, item_uuid=item.uuid, version=item.version)
    assert Run.objects.count() == 1


def test_history_cannot_be_changed(house: House) -> None:
    run = house.submit()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Act.objects.filter(run=run).update(reason="改写")


@pytest.mark.parametrize("state", ["published", "retired"])
@pytest.mark.parametrize(
    "change",
    [
        """UPDATE {} SET definition = '{{"steps": []}}' WHERE id = {}""",
        "UPDATE {} SET state = 'draft' WHERE id = {}",
        "UPDATE {} SET state = 'draft', definition = '[]' WHERE id = {}",
        "UPDATE {} SET number = number + 1 WHERE id = {}",
        "UPDATE {} SET flow_id = flow_id + 1 WHERE id = {}",
        "UPDATE {} SET published_at = now() WHERE id = {}",
        "UPDATE {} SET id = id + 1000 WHERE id = {}",
        "DELETE FROM {} WHERE id = {}",
    ],
)
def test_a_definition_that_was_published_cannot_be_changed(house: House, state: str, change: str) -> None:
    run = house.submit()
    if state == "retired":
        house.publish({"posts": ["chair"]})
    version = FlowVersion.objects.get(pk=run.flow_version_id)
    assert version.state == state
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(FlowVersion._meta.db_table, version.pk))
    pass_as(house.research, run)
    assert FlowVersion.objects.filter(pk=version.pk).values().get() == {
        field.attname: getattr(version, field.attname) for field in FlowVersion._meta.concrete_fields
    }


def test_a_version_that_retired_does_not_come_back(house: House) -> None:
    house.publish({"posts": ["chair"]})
    FlowVersion.objects.update(state=FlowVersion.State.RETIRED)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        FlowVersion.objects.update(state=FlowVersion.State.PUBLISHED)


def test_every_verb_is_audited_and_announced(house: House) -> None:
    run = house.submit()
    task = task_of(house.research, run)
    pass_as(house.research, run)
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"review.run.started", "review.task.pass"} <= actions
    topics = list(OutboxMessage.objects.values_list("topic", "payload"))
    opened = {"task": str(task.uuid), "holder": str(house.research.uuid), "seq": 1}
    assert ("review.task.opened", opened) in topics
    assert any(topic == "review.run.decided" for topic, _ in topics)
