"""Who is told of review: the holder of an open task; the authors of an item that came to a decision."""

from typing import Any

from tenants.accounts.models import User
from tenants.notices.operations import notify
from tenants.review.models import Act, Task, Verb
from zhitong.core import glossary, outbox
from zhitong.core.operations import require_unit, system

_OUTCOMES = {
    Verb.RETURN: ("review.returned", "请修改后重新提交"),
    Verb.DECLINE: ("review.declined", "没有采用"),
    Verb.KEEP: ("review.kept", "留存备用"),
    Verb.PASS: ("review.approved", glossary.ADOPTED),
}


@outbox.consumer("review.task.opened")
def tell_holder(payload: dict[str, Any]) -> None:
    """Tell the holder that a task waits; nothing when it was closed meanwhile."""
    task = Task.objects.select_related("holder", "run__item").filter(uuid=payload["task"]).first()
    if task is None or task.state != Task.State.OPEN:
        return
    item = task.run.item
    notify(
        actor=system(require_unit()),
        reader=task.holder,
        key=f"review.task:{task.pk}",
        kind="review.task",
        title=f"请办理：{item.title}",
        body=f"{task.step_name}，{task.due_why}",
        url=f"/review/tasks/{task.uuid}/",
    )


@outbox.consumer("review.run.decided")
def tell_authors(payload: dict[str, Any]) -> None:
    """Tell every author with an account what became of the item here, with the reason given."""
    act = Act.objects.select_related("run__item__created_by").filter(pk=payload["act"]).first()
    if act is None or act.verb not in _OUTCOMES:
        return
    item = act.run.item
    kind, words = _OUTCOMES[Verb(act.verb)]
    readers = {user.pk: user for user in User.objects.filter(authorships__item=item, authorships__signs=True)}
    if item.created_by and not item.dispatch_uuid:
        readers.setdefault(item.created_by.pk, item.created_by)
    for reader in readers.values():
        notify(
            actor=system(require_unit()),
            reader=reader,
            key=f"review.act:{act.pk}",
            kind=kind,
            title=f"{item.title}：{words}",
            body=act.reason,
            url=f"/items/{item.uuid}/",
        )
