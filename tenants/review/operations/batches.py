"""The same verb for many tasks in one go: each by its own door, with an answer for each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenants.review.models import Task
from tenants.review.operations.asking import reassign
from tenants.review.operations.deciding import decide_decline, decide_keep, decide_pass, decide_return
from zhitong.core.errors import InvalidInput, Refusal
from zhitong.core.operations import Actor
from zhitong.exchange.models import AdoptionMode

BATCH_LIMIT = 200
_VERBS: dict[str, Callable[..., Any]] = {
    "pass": decide_pass,
    "return": decide_return,
    "keep": decide_keep,
    "decline": decide_decline,
    "reassign": reassign,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one task of a batch: nothing refused it, or the refusal."""

    task_uuid: UUID
    title: str
    refusal: Refusal | None = None


def decide_many(
    *,
    actor: Actor,
    verb: str,
    task_uuids: Sequence[UUID],
    reason: str,
    who: str = "",
    mode: AdoptionMode | str = AdoptionMode.SINGLE,
) -> list[Answer]:
    """Pass, return to their authors, keep, decline or reassign tasks with one reason; each is a transaction of its own.

    A task that is refused leaves the others alone.

    Args:
        actor: whose tasks they are.
        verb: `pass`, `return`, `keep`, `decline` or `reassign`.
        task_uuids: the tasks, each counted once.
        reason: the one reason; for a pass a remark that may be empty.
        who: to whom they are reassigned.
        mode: how those are adopted for which the pass is the last one.

    Raises:
        InvalidInput: an unknown verb, nothing chosen, or more than `BATCH_LIMIT` chosen.
    """
    if verb not in _VERBS:
        raise InvalidInput("请选择通过、退回、留存、不采用或转办。")
    wanted = list(dict.fromkeys(task_uuids))
    if not 1 <= len(wanted) <= BATCH_LIMIT:
        message = f"请选择 1 到 {BATCH_LIMIT} 篇，现在是 {len(wanted)} 篇。"
        raise InvalidInput(message, fields={"tasks": [message]})
    titles = dict(
        Task.objects.filter(uuid__in=wanted, holder__uuid=actor.user_key).values_list("uuid", "run__item__title")
    )
    extra: dict[str, Any] = {"comment": reason, "mode": mode} if verb == "pass" else {"reason": reason}
    if verb == "reassign":
        extra["who"] = who
    answers = []
    for uuid in wanted:
        try:
            _VERBS[verb](actor=actor, task_uuid=uuid, **extra)
        except Refusal as refusal:
            answers.append(Answer(uuid, titles.get(uuid, ""), refusal))
        else:
            answers.append(Answer(uuid, titles.get(uuid, "")))
    return answers
