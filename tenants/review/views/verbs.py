"""The verbs of the reviewer's screen: what each calls, what is said afterwards, and where one goes then."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict

from tenants.review import operations
from tenants.review.models import Run, Task
from tenants.review.views.presenting import posted_checks
from zhitong.core import glossary
from zhitong.core.errors import InvalidInput, NotFound
from zhitong.core.operations import Actor

Work = Callable[[Actor, UUID, QueryDict], Run]


@dataclass(frozen=True, slots=True)
class Wish:
    """A verb. `done` is said when it was carried out; `stays` says that the task is still the reader's next work."""

    done: str
    work: Work
    stays: bool = False


def _pass(actor: Actor, task: UUID, post: QueryDict) -> Run:
    asked = "destinations" in post.getlist("asked")
    return operations.decide_pass(
        actor=actor,
        task_uuid=task,
        comment=post.get("reason", ""),
        mode=post.get("mode") or "single",
        destinations=post.getlist("destinations") if asked else None,
        difficulty=post.get("difficulty"),
        chosen=post.getlist("chosen"),
        checks=posted_checks(post),
    )


def _object(actor: Actor, task: UUID, post: QueryDict) -> Run:
    return operations.decide_object(actor=actor, task_uuid=task, reason=post.get("reason", ""))


def _return(actor: Actor, task: UUID, post: QueryDict) -> Run:
    return operations.decide_return(
        actor=actor,
        task_uuid=task,
        reason=post.get("reason", ""),
        to=post.get("to") or operations.AUTHOR,
        straight_back=post.get("way") == "straight",
    )


def _keep(actor: Actor, task: UUID, post: QueryDict) -> Run:
    return operations.decide_keep(actor=actor, task_uuid=task, reason=post.get("reason", ""))


def _decline(actor: Actor, task: UUID, post: QueryDict) -> Run:
    return operations.decide_decline(actor=actor, task_uuid=task, reason=post.get("reason", ""))


def _answer(actor: Actor, task: UUID, post: QueryDict) -> Run:
    return operations.answer(actor=actor, task_uuid=task, words=post.get("reason", ""))


def _add(actor: Actor, task: UUID, post: QueryDict) -> Run:
    add = operations.add_after if post.get("side") == "after" else operations.add_before
    return add(actor=actor, task_uuid=task, who=post.getlist("who"), reason=post.get("reason", ""))


def _reassign(actor: Actor, task: UUID, post: QueryDict) -> Run:
    return operations.reassign(actor=actor, task_uuid=task, who=_one(post), reason=post.get("reason", ""))


def _delegate(actor: Actor, task: UUID, post: QueryDict) -> Run:
    return operations.delegate(actor=actor, task_uuid=task, who=_one(post), reason=post.get("reason", ""))


def _copy(actor: Actor, task: UUID, post: QueryDict) -> Run:
    return operations.copy_to(actor=actor, task_uuid=task, who=post.getlist("who"), note=post.get("reason", ""))


def _comment(actor: Actor, task: UUID, post: QueryDict) -> Run:
    return operations.comment(actor=actor, run_uuid=_run_of(task), words=post.get("reason", ""))


def _expedite(actor: Actor, task: UUID, post: QueryDict) -> Run:
    return operations.expedite(actor=actor, run_uuid=_run_of(task), reason=post.get("reason", ""))


def _take_back(actor: Actor, task: UUID, post: QueryDict) -> Run:
    return operations.take_back(actor=actor, run_uuid=_run_of(task), reason=post.get("reason", ""))


def _remove(actor: Actor, _task: UUID, post: QueryDict) -> Run:
    try:
        signer = UUID(post.get("signer", ""))
    except ValueError:
        raise InvalidInput("请选择要撤回的加签或委派。") from None
    return operations.remove_signer(actor=actor, task_uuid=signer, reason=post.get("reason", ""))


VERBS: dict[str, Wish] = {
    "pass": Wish("已通过", _pass),
    "object": Wish("已投不同意", _object),
    "return": Wish(glossary.SENT_BACK, _return),
    "keep": Wish("已留存", _keep),
    "decline": Wish("已按不采用办结", _decline),
    "answer": Wish("已回复", _answer),
    "add": Wish("已加签", _add),
    "reassign": Wish("已转办", _reassign),
    "delegate": Wish("已委派", _delegate),
    "copy": Wish("已抄送", _copy, stays=True),
    "comment": Wish("意见已存", _comment, stays=True),
    "expedite": Wish("已转绿色通道", _expedite, stays=True),
    "remove": Wish(glossary.WITHDRAWN, _remove, stays=True),
    "take_back": Wish("已收回", _take_back, stays=True),
}
# Decisions that their maker can take back until the next has acted.
UNDOABLE = frozenset({"pass", "object", "return", "keep", "decline"})


def _one(post: QueryDict) -> str:
    """Return the one who was chosen.

    Raises:
        InvalidInput: under `who`: nobody, or more than one.
    """
    chosen = post.getlist("who")
    if len(chosen) > 1:
        raise InvalidInput("只能选一位。", fields={"who": ["只能选一位。"]})
    if not chosen:
        raise InvalidInput("请选择由谁办理。", fields={"who": ["请选择由谁办理。"]})
    return chosen[0]


def _run_of(task: UUID) -> UUID:
    found: Any = Task.objects.filter(uuid=task).values_list("run__uuid", flat=True).first()
    if found is None:
        raise NotFound
    return UUID(str(found))
