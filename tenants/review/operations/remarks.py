"""Remarks on passages of a text in review (批注): written, answered, settled. They decide nothing and stop nothing."""

from uuid import UUID

from tenants.accounts.models import User
from tenants.items.texts import LABELS
from tenants.review.models import PENDING, Remark, Run, Task
from tenants.review.operations.common import bad
from tenants.review.queries.access import reads_text, runs_reviewed_by, runs_seen_by
from tenants.review.reasons import LIMIT, clean_words
from zhitong.core import audit, clock, outbox
from zhitong.core.errors import NotAllowed, NotFound, WrongState
from zhitong.core.operations import Actor, operation

_MISSING = "请写明意见。"


@operation()
def write_remark(*, actor: Actor, run_uuid: UUID, quote: str, words: str, for_authors: bool = False) -> Remark:
    """Write a remark on a passage of an item in review; its authors see it when it is `for_authors`.

    Args:
        quote: the passage, word for word as it stands in the working text or an edition of it.

    Raises:
        NotFound: no such run for this actor, or one of an own item.
        WrongState: the review has ended.
        InvalidInput: under `quote`: missing, too long, or nowhere in the text; under `words`: missing or too long.
    """
    user, run = _open_run(actor, run_uuid, reviewers_only=True)
    passage = clean_words(quote, "quote", LIMIT, "请从正文里复制要批注的一段。")
    remark = Remark(
        run=run,
        section=_section_of(run, passage),
        quote=passage,
        words=clean_words(words, "words", LIMIT, _MISSING),
        for_authors=for_authors,
        by=user,
        by_label=_label(run, user),
        at=clock.now(),
    )
    remark.save(force_insert=True)
    return _made(actor, remark, "written")


@operation()
def reply_remark(*, actor: Actor, remark_uuid: UUID, words: str) -> Remark:
    """Answer a remark; authors can answer those that are for them.

    Raises:
        NotFound: no such remark for this actor.
        WrongState: it is settled, or the review has ended.
        InvalidInput: under `words`: missing or too long.
    """
    user, remark = _locked(actor, remark_uuid)
    answer = Remark(
        run=remark.run,
        parent=remark,
        words=clean_words(words, "words", LIMIT, "请写明答复。"),
        for_authors=remark.for_authors,
        by=user,
        by_label=_label(remark.run, user),
        at=clock.now(),
    )
    answer.save(force_insert=True)
    return _made(actor, answer, "answered")


@operation()
def settle_remark(*, actor: Actor, remark_uuid: UUID) -> Remark:
    """Mark a remark as settled: whoever wrote it, or has a task of the run now. Authors do not settle.

    Raises:
        NotFound, WrongState: as `reply_remark`.
        NotAllowed: the actor neither wrote it nor has a task of the run.
    """
    user, remark = _locked(actor, remark_uuid, reviewers_only=True)
    works = Task.objects.filter(run=remark.run, holder=user, state__in=PENDING).exists()
    if remark.by_id != user.pk and not works:
        raise NotAllowed("批注由写的人或者正在办理这一篇的人了结。", rule="谁批注谁了结，经办人也可以了结")
    remark.settled_at, remark.settled_by, remark.settled_label = clock.now(), user, _label(remark.run, user)
    remark.save(update_fields=["settled_at", "settled_by", "settled_label"])
    _audit(actor, remark, "settled")
    return remark


def _open_run(actor: Actor, run_uuid: UUID, *, reviewers_only: bool) -> tuple[User, Run]:
    user = User.objects.filter(uuid=actor.user_key).first()
    if user is None:
        raise NotFound
    seen = runs_reviewed_by(user) if reviewers_only else runs_seen_by(user)
    run = seen.filter(uuid=run_uuid).select_related("item").first()
    if run is None or not reads_text(user, run):
        raise NotFound
    if not run.is_open:
        raise WrongState("这一篇的审核已经结束，批注只供查阅。")
    return user, run


def _locked(actor: Actor, remark_uuid: UUID, *, reviewers_only: bool = False) -> tuple[User, Remark]:
    remark = Remark.objects.select_for_update(of=("self",)).filter(uuid=remark_uuid, parent__isnull=True).first()
    if remark is None:
        raise NotFound
    run_uuid = Run.objects.values_list("uuid", flat=True).get(pk=remark.run_id)
    user, run = _open_run(actor, run_uuid, reviewers_only=reviewers_only or not remark.for_authors)
    remark.run = run
    if remark.settled_at:
        when = f"{remark.settled_at.astimezone(clock.SHANGHAI):%m-%d %H:%M}"
        raise WrongState(f"这条批注已由{remark.settled_label}于 {when} 了结。")
    return user, remark


def _section_of(run: Run, passage: str) -> str:
    """Return in which section a passage stands: of the working text, else of a kept edition.

    Raises:
        InvalidInput: nowhere.
    """
    for source in [run.item, *run.item.editions.order_by("-number")]:
        for name in LABELS:
            if passage in getattr(source, name):
                return name
    raise bad("quote", "正文里没有这段文字，请从正文里原样复制一段。")


def _label(run: Run, user: User) -> str:
    """Return who writes, with the post in whose name they work on the run."""
    tasks = Task.objects.filter(run=run, holder=user, position__isnull=False).order_by("-pk")
    post = tasks.values_list("position__name", flat=True).first()
    return f"{post} {user.name}" if post else user.name


def _made(actor: Actor, remark: Remark, what: str) -> Remark:
    outbox.publish("review.remark.made", {"remark": remark.pk}, unit_id=actor.unit_id)
    _audit(actor, remark, what)
    return remark


def _audit(actor: Actor, remark: Remark, what: str) -> None:
    audit.record(
        actor=actor,
        action=f"review.remark.{what}",
        object_kind="item",
        object_id=remark.run.item.uuid,
        remark=str(remark.uuid),
    )
