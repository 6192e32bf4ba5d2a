"""Who is told of review: the holder of an open task; the authors of an item that came to a decision."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tenants.accounts.models import Holding, User
from tenants.accounts.queries import with_permission
from tenants.items.models import Item, Urgency
from tenants.items.queries import hides_reviewers_from
from tenants.notices.operations import notify
from tenants.review import engine
from tenants.review.holders import authors_of
from tenants.review.models import Act, Copy, Question, Remark, Task, Verb
from tenants.review.operations import follow_absence, follow_post, limit_passed, question_lapsed
from tenants.review.queries.questions import PURPOSE
from tenants.review.queries.remarks import without_name
from zhitong.core import clock, glossary, links, outbox
from zhitong.core.operations import require_unit, system

_OUTCOMES = {
    Verb.RETURN: ("review.returned", "请修改后重新提交"),
    Verb.DECLINE: ("review.declined", "没有采用"),
    Verb.KEEP: ("review.kept", "留存备用"),
    Verb.PASS: ("review.approved", glossary.ADOPTED),
    Verb.OBJECT: ("review.declined", "没有采用"),
    Verb.END: ("review.declined", "审核已终止"),
    Verb.REMOVE: ("review.approved", glossary.ADOPTED),  # the pass before it waited for nothing else
}
# A circular is adopted by nobody, nor kept for later.
_OF_CIRCULARS = {"review.approved": "已签发，可以下发", "review.declined": "没有签发", "review.kept": "没有签发"}


@outbox.consumer("review.task.opened")
def tell_holder(payload: dict[str, Any]) -> None:
    """Tell the holder that a task waits; nothing when it was closed, or went to somebody else, meanwhile."""
    task = _task(payload["task"])
    if task is None or task.state != Task.State.OPEN or str(task.holder.uuid) != payload["holder"]:
        return
    what = "请办理" if task.kind == Task.Kind.DECIDE else f"请办理（{task.get_kind_display()}）"
    for_whom = f"代{task.in_stead_of.name}办理，" if task.in_stead_of else ""
    key = f"review.task:{task.pk}:{task.holder_id}:{payload['seq']}"
    _tell(task, key, what, f"{task.step_name}，{for_whom}{task.due_why}")


@outbox.consumer("review.task.urged")
def tell_urged(payload: dict[str, Any]) -> None:
    """Tell the holder that somebody urges, as long as the task is open."""
    task = _task(payload["task"])
    if task is not None and task.state == Task.State.OPEN:
        key = f"review.urged:{task.pk}:{payload['count']}"
        _tell(task, key, f"催办第 {payload['count']} 次", f"{payload['by']}：{payload['note']}".rstrip("："))


@outbox.consumer("review.task.due_soon")
def remind(payload: dict[str, Any]) -> None:
    """Remind the holder before the limit, unless the clock was set anew or stands."""
    task = _task(payload["task"])
    due = datetime.fromisoformat(payload["due"])
    if task is None or task.state != Task.State.OPEN or task.paused_at or task.due_at != due:
        return
    when = f"{due.astimezone(clock.SHANGHAI):%m-%d %H:%M}"
    _tell(task, f"review.due_soon:{task.pk}:{payload['due']}", "快到时限", f"{task.step_name}，{when} 到期")


@outbox.consumer("review.task.due")
def note_late(payload: dict[str, Any]) -> None:
    """Do what the step says when its limit has passed, and tell the holder."""
    due = datetime.fromisoformat(payload["due"])
    if not limit_passed(actor=system(require_unit()), task_uuid=UUID(payload["task"]), due=due):
        return
    task = _task(payload["task"])
    assert task is not None
    _tell(task, f"review.late:{task.pk}:{payload['due']}", "已超期", f"{task.step_name}，{task.due_why}")


@outbox.consumer("review.copy.made")
def tell_reader(payload: dict[str, Any]) -> None:
    """Tell a reader that a run was shown to them."""
    copy = Copy.objects.select_related("reader", "run__item").filter(pk=payload["copy"]).first()
    if copy is None:
        return
    notify(
        actor=system(require_unit()),
        reader=copy.reader,
        key=f"review.copy:{copy.pk}",
        kind="review.copy",
        title=f"抄送给您：{copy.run.item.title}",
        body=copy.note,
        url=f"/review/runs/{copy.run.uuid}/",
    )


@outbox.consumer("review.post.left")
def post_left(payload: dict[str, Any]) -> None:
    """Move the open tasks of a post on the day its holder leaves it; tell the administrators where nobody can."""
    holding = Holding.objects.select_related("position", "user").filter(pk=payload["holding"]).first()
    if holding is None:
        return
    successor = User.objects.filter(uuid=payload["successor"]).first() if payload["successor"] else None
    actor = system(require_unit())
    stuck = follow_post(actor=actor, holding=holding, successor=successor)
    for reader in with_permission("review.administer") if stuck else ():
        notify(
            actor=actor,
            reader=reader,
            key=f"review.post_left:{holding.pk}",
            kind="review.post_left",
            title=f"{holding.user.name}已不担任{holding.position.name}，还有 {stuck} 篇没有人可以接办",
            body="请给这个岗位安排一位审核人，再改派这些待办。",
            url="/review/",
        )


@outbox.consumer("review.absence.turned")
def absence_turned(payload: dict[str, Any]) -> None:
    """Move open tasks on the first day of an absence, and back on the day after its last."""
    follow_absence(actor=system(require_unit()), absence_id=payload["absence"])


@outbox.consumer("review.task.dropped")
def tell_dropped(payload: dict[str, Any]) -> None:
    """Tell whoever a colleague had asked that no answer is needed any more."""
    task = _task(payload["task"])
    if task is None or task.state not in {Task.State.SUPERSEDED, Task.State.CANCELLED}:
        return
    word = task.get_kind_display()
    hidden = hides_reviewers_from(task.holder, task.run.item)
    body = task.step_name if hidden else f"{task.step_name}，{engine.what_happened(task)}"
    _tell(task, f"review.dropped:{task.pk}:{task.closed_seq}", f"不用再办（{word}）", body)


@outbox.consumer("review.question.answered")
def tell_asker(payload: dict[str, Any]) -> None:
    """Tell whoever has the asking task that a question was answered."""
    question = _question(payload["question"])
    if question and question.answered_at:
        _tell(
            question.task,
            f"review.answered:{question.pk}",
            f"{question.addressee}已回复{question.get_kind_display()}",
            question.answer,
        )


@outbox.consumer(links.LAPSED)
def link_lapsed(payload: dict[str, Any]) -> None:
    """Let the clock go on when a link to a question has ended by itself, and tell whoever asked."""
    if payload["purpose"] != PURPOSE:
        return
    if question_lapsed(actor=system(require_unit()), question_uuid=UUID(payload["object"])):
        question = _question(payload["object"])
        assert question is not None
        link = links.newest(PURPOSE, [question.uuid])[question.uuid]
        why = "验证码输错次数过多，链接已锁定" if links.standing(link) == "barred" else "链接已过期"
        body = f"{why}，还没有回复；可以重新发一个链接，或者收回。"
        _tell(question.task, f"review.lapsed:{link.pk}", f"{question.addressee}没有回复核实", body)


@outbox.consumer("review.remark.made")
def tell_of_remark(payload: dict[str, Any]) -> None:
    """Tell the authors of a remark that is for them, and whoever wrote a remark of an answer to it."""
    remark = Remark.objects.select_related("run__item__created_by", "parent__by", "by").get(pk=payload["remark"])
    readers = _authors_with_account(remark.run.item) if remark.for_authors else {}
    if remark.parent:
        readers[remark.parent.by.pk] = remark.parent.by
    what = "答复了批注" if remark.parent else "请您看一处批注"
    for reader in readers.values():
        if reader.pk != remark.by_id:
            notify(
                actor=system(require_unit()),
                reader=reader,
                key=f"review.remark:{remark.pk}",
                kind="review.remark",
                title=f"{_who_remarked(remark, reader)}{what}：{remark.run.item.title}",
                body=remark.words,
                url=f"/review/runs/{remark.run.uuid}/remarks/",
            )


def _who_remarked(remark: Remark, reader: User) -> str:
    """Return who wrote a remark, without the name where the unit hides reviewers from authors."""
    if not hides_reviewers_from(reader, remark.run.item) or authors_of(remark.run.item).include(remark.by):
        return remark.by_label
    return without_name(remark.by_label, remark.by)


def _question(uuid: str) -> Question | None:
    return Question.objects.select_related("task__holder", "task__run__item").filter(uuid=uuid).first()


def _task(uuid: str) -> Task | None:
    return Task.objects.select_related("holder", "run__item", "in_stead_of").filter(uuid=uuid).first()


def _tell(task: Task, key: str, what: str, body: str) -> None:
    notify(
        actor=system(require_unit()),
        reader=task.holder,
        key=key,
        kind="review.task",
        title=f"{what}：{task.run.item.title}",
        body=body,
        url=f"/review/tasks/{task.uuid}/",
        urgent=task.run.item.urgency == Urgency.URGENT,
    )


@outbox.consumer("review.run.decided")
def tell_authors(payload: dict[str, Any]) -> None:
    """Tell every author with an account what became of the item here, with the reason given."""
    acts = Act.objects.select_related("run__item__created_by")
    act = acts.filter(run__uuid=payload["run"], seq=payload["seq"]).first()
    if act is None or act.verb not in _OUTCOMES:
        return
    item = act.run.item
    kind, words = _OUTCOMES[Verb(act.verb)]
    if not item.is_report:
        words = _OF_CIRCULARS.get(kind, words)
    for reader in _authors_with_account(item).values():
        notify(
            actor=system(require_unit()),
            reader=reader,
            key=f"review.act:{act.pk}",
            kind=kind,
            title=f"{item.title}：{words}",
            body="" if act.verb == Verb.REMOVE else act.reason,
            url=f"/{'items' if item.is_report else 'circulars'}/{item.uuid}/",
            urgent=item.urgency == Urgency.URGENT,
        )


def _authors_with_account(item: Item) -> dict[int, User]:
    """Those who sign an item and have an account here, and who wrote it for them, by key."""
    readers = {user.pk: user for user in User.objects.filter(authorships__item=item, authorships__signs=True)}
    if item.created_by and not item.dispatch_uuid and not item.is_merged:
        readers.setdefault(item.created_by.pk, item.created_by)
    return readers
