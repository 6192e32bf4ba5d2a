"""What people write in search: what two items are to each other, questions they keep, and what an operator asks for."""

import contextlib
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from search.documents import ALIKE, REPORT
from search.files.keeping import read_again
from search.models import PairVerdict, Push, SavedSearch, SearchDocument, Upkeep
from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, NotFound
from zhitong.core.operations import Actor, operation, require_unit

MOST_SAVED = 30


@operation("search.archive")
def judge_pair(*, actor: Actor, item_uuid: UUID, other_uuid: UUID, same: bool) -> None:
    """Say of an item of the unit and another, or a filed proposal, whether they are one matter; the last word counts.

    Raises:
        NotFound: the unit's archive does not hold both.
        InvalidInput: they are one and the same item.
    """
    if item_uuid == other_uuid:
        raise InvalidInput("这是同一篇，不用对比。")
    one, other = sorted((item_uuid, other_uuid))
    unit_id = require_unit()
    rows = SearchDocument.objects.filter(unit=unit_id, kind__in=ALIKE, object_uuid__in=[one, other])
    kinds = list(rows.values_list("kind", flat=True))
    if len(kinds) != 2 or REPORT not in kinds:
        raise NotFound
    verdict = PairVerdict(unit_id=unit_id, one=one, other=other, same=same, by_label=actor.label, at=clock.now())
    PairVerdict.objects.bulk_create(
        [verdict],
        update_conflicts=True,
        unique_fields=["unit", "one", "other"],
        update_fields=["same", "by_label", "at"],
    )
    audit.record(
        actor=actor,
        action="search.pair.judged",
        object_kind="item",
        object_id=item_uuid,
        other=str(other_uuid),
        same=same,
    )


@operation("search.use")
def save_search(*, actor: Actor, asked: dict[str, Any]) -> SavedSearch:
    """Keep a question, with alerts; one that is kept already stays as it is.

    Args:
        asked: the fields of `search.backend.Query` that are not empty.

    Raises:
        InvalidInput: nothing is asked, or too many are kept.
    """
    if not asked:
        raise InvalidInput("请先输入检索词或选一个条件，再存检索。")
    own = _saved(actor)
    if kept := own.filter(asked=asked).first():
        return kept
    if own.count() >= MOST_SAVED:
        raise InvalidInput(f"最多存 {MOST_SAVED} 条检索，请先删去不用的。")
    return SavedSearch.objects.create(
        unit_id=require_unit(), user_uuid=actor.user_key, asked=asked, seen=_newest(), created_at=clock.now()
    )


@operation("search.use")
def forget_search(*, actor: Actor, saved_id: int) -> None:
    """Keep a question no longer.

    Raises:
        NotFound: it is not the actor's.
    """
    if not _saved(actor).filter(pk=saved_id).delete()[0]:
        raise NotFound


@operation("search.use")
def set_alerts(*, actor: Actor, saved_id: int, on: bool) -> None:
    """Say whether to be told of what newly fits a kept question.

    Raises:
        NotFound: it is not the actor's.
    """
    if not _saved(actor).filter(pk=saved_id).update(alerts=on):
        raise NotFound


@operation("search.use")
def look_through(*, actor: Actor, saved_id: int) -> SavedSearch:
    """Note that the actor looks at a kept question now: nothing of it is new any more.

    Raises:
        NotFound: it is not the actor's.
    """
    saved = _saved(actor).select_for_update().filter(pk=saved_id).first()
    if saved is None:
        raise NotFound
    saved.seen, saved.fresh = _newest(), 0
    saved.save(update_fields=["seen", "fresh"])
    return saved


@operation("platform.operate")
def ask_upkeep(*, actor: Actor, kind: str) -> Upkeep:
    """Have a worker sweep or rebuild (`Upkeep.Kind`); one that waits already is not asked for twice.

    Raises:
        InvalidInput: another kind.
    """
    if kind not in Upkeep.Kind.values:
        raise InvalidInput("请选择核对或重建。")
    waiting = Upkeep(kind=kind, asked_by=actor.label, asked_at=clock.now())
    Upkeep.objects.bulk_create([waiting], ignore_conflicts=True)
    transaction.on_commit(_wake)
    audit.record(actor=actor, action=f"search.{kind}.asked", object_kind="search", object_id=kind)
    return Upkeep.objects.get(kind=kind, state=Upkeep.State.WAITING)


@operation("platform.operate")
def retry_pushes(*, actor: Actor, push_id: int | None = None) -> int:
    """Bring what the engine refused to it again, at once; return how many changes that are.

    Args:
        push_id: this one alone; all without it.
    """
    refused = Push.objects.exclude(error="")
    if push_id is not None:
        refused = refused.filter(pk=push_id)
    count = refused.update(attempts=0, due_at=clock.now())
    audit.record(
        actor=actor, action="search.pushes.retried", object_kind="search", object_id=push_id or "all", count=count
    )
    return count


@operation("platform.operate")
def read_files_again(*, actor: Actor) -> int:
    """Have attached files that gave no text read once more, but for those that are never opened; return how many."""
    count = read_again()
    audit.record(actor=actor, action="search.files.again", object_kind="search", object_id="files", count=count)
    return count


def _wake() -> None:
    from search.tasks import run_upkeep

    with contextlib.suppress(Exception):  # a broker that is down: the timetable wakes the workers too
        run_upkeep.apply_async(expires=60, retry=False)


def _saved(actor: Actor) -> QuerySet[SavedSearch]:
    return SavedSearch.objects.filter(unit=require_unit(), user_uuid=actor.user_key)


def _newest() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM public.search_revision")
        newest: int = cursor.fetchone()[0]
    return newest
