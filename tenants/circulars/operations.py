"""Writes over circulars: begin, write, take the figures anew, hand in, publish, correct."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from tenants.circulars import body, drafting, figures, prints, tables
from tenants.circulars.models import Circular
from tenants.circulars.queries import digest_holds, lock
from tenants.circulars.tables import Figures
from tenants.items import operations as items
from tenants.items.models import State
from tenants.items.texts import Texts
from tenants.papers import operations as papers
from tenants.review import operations as review
from tenants.review.models import Run
from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.core.reasons import clean_reason
from zhitong.documents import storage
from zhitong.documents.storage import StoredFile
from zhitong.exchange.models import Audience, Paper, PaperKind
from zhitong.exchange.operations import NewPaper
from zhitong.ranking.periods import Kind, Period, read_period
from zhitong.units.current import unit_in_force
from zhitong.units.models import Unit

KINDS = (Kind.MONTH, Kind.QUARTER, Kind.HALF, Kind.YEAR)
# Reviews that ended without a signature: another circular may take the place.
_UNSIGNED = (State.KEPT, State.DECLINED, State.WITHDRAWN)


@operation("circulars.edit")
def begin(*, actor: Actor, when: Period) -> Circular:
    """Begin the circular of a period: its figures are taken, its text is drafted from them.

    Raises:
        InvalidInput: no month, quarter, half-year or year, or one that is not over.
        WrongState: there is one of this period, or no figures yet; the unit is closed.
    """
    if when.kind not in KINDS:
        raise _bad_period("通报按月、季、半年或全年生成，请重新选择时段。")
    if when.last >= clock.today():
        raise _bad_period(f"{when.words}还没有结束，结束以后再生成通报。")
    _refuse_second(when)
    found, as_of = figures.gather(unit_in_force(), when)
    circular = _create(actor, drafting.draft(found, when), period=when.code, figures=found.as_json(), as_of=as_of)
    _audit(actor, circular, "begun", period=when.code)
    return circular


@operation("circulars.edit")
def write(*, actor: Actor, circular_uuid: UUID, version: int, texts: Texts, correction: str = "") -> Circular:
    """Change the text, and what a corrected edition says of itself; the figures stay.

    Raises:
        NotFound: no such circular.
        WrongState: it is under way, signed or published.
        StaleVersion: somebody changed it since `version`.
        InvalidInput: a text holds control characters or is beyond all bounds.
    """
    circular = lock(circular_uuid)
    items.write_circular(actor=actor, item=circular.item, version=version, texts=texts)
    if circular.is_correction and correction.strip():
        circular.correction = _said(correction)
        circular.save(update_fields=["correction"])
    circular.item.refresh_from_db()
    return circular


@operation("circulars.edit")
def refresh(*, actor: Actor, circular_uuid: UUID, redraft: bool) -> Circular:
    """Take the figures anew as they stand now; with `redraft` the text is drafted anew from them.

    Raises:
        NotFound: no such circular.
        WrongState: it is under way, signed or published.
    """
    circular = lock(circular_uuid)
    when = period_of(circular)
    found, as_of = figures.gather(unit_in_force(), when)
    texts = _redrafted(circular, found, when) if redraft else Texts.of(circular.item)
    # Also where the text stays: it refuses what is under way.
    items.write_circular(actor=actor, item=circular.item, version=circular.item.version, texts=texts)
    _require_open(circular)
    if circular.replaces:
        circular.correction = _corrected(Figures.of_json(circular.replaces.figures), found)
    circular.figures, circular.as_of = found.as_json(), as_of
    circular.save(update_fields=["figures", "as_of", "correction"])
    circular.item.refresh_from_db()
    _audit(actor, circular, "refreshed", redrafted=redraft)
    return circular


@operation("circulars.edit")
def hand_in(*, actor: Actor, circular_uuid: UUID, version: int) -> Run:
    """Send a whole text with its figures for sign-off, through the unit's chain; a returned one goes on in its run.

    Raises:
        NotFound: no such circular.
        WrongState: it is under way, or nobody can decide the first step.
        StaleVersion: somebody changed it since `version`.
        InvalidInput: a part is missing; a corrected edition does not say that it is one, or what changed.
    """
    circular = lock(circular_uuid)
    item = circular.item
    returned = item.state == State.RETURNED
    if circular.is_correction and not circular.correction:
        raise InvalidInput("请写明更正了什么。", fields={"correction": ["请写明更正了什么。"]})
    if circular.is_correction and "更正" not in item.title:
        words = "更正版的标题里要写明“更正版”。"
        raise InvalidInput(words, fields={"title": [words]})
    items.hand_in_circular(actor=actor, item=item, version=version)
    item.refresh_from_db()
    return review.resume_run(actor=actor, item=item) if returned else review.start_run(actor=actor, item=item)


@operation("circulars.edit")
def delete(*, actor: Actor, circular_uuid: UUID) -> None:
    """Delete a draft that was never handed in.

    Raises:
        NotFound: no such circular.
        WrongState: it was handed in before.
    """
    circular = lock(circular_uuid)
    items.delete_circular(actor=actor, item=circular.item)
    audit.record(actor=actor, action="circulars.circular.deleted", object_kind="item", object_id=circular_uuid)


@operation("circulars.publish")
def publish(
    *,
    actor: Actor,
    circular_uuid: UUID,
    to: Collection[UUID],
    open_to_members: bool = False,
    audience: Audience = Audience.NOBODY,
) -> Paper:
    """Freeze a signed circular with its number and hash, and send it down as a paper with its prints.

    Effects in order: the unit's row is locked (numbers wait for each other), number and hash are set, PDF, Word and
    Excel are made and kept, the paper goes to its receivers. A corrected edition keeps the number and replaces the
    paper of the one before.

    Raises:
        NotFound: no such circular.
        WrongState: it is not signed, or went down before.
        InvalidInput: nobody to send it to, or a unit that is not below.
    """
    circular = lock(circular_uuid)
    require_signed(circular)
    unit = Unit.objects.select_for_update(no_key=True).get(pk=unit_in_force().pk)
    texts = Texts.of(circular.item)
    circular.year, circular.number = _number(circular)
    circular.published_at, circular.published_by = clock.now(), actor.label
    circular.sha256 = body.digest(circular, texts)
    circular.save(update_fields=["year", "number", "published_at", "published_by", "sha256"])
    new = NewPaper(
        uuid=circular.uuid,
        kind=PaperKind.CIRCULAR,
        title=circular.item.title,
        body=body.text_of(circular, texts, unit.mark),
        open_to_members=open_to_members,
        audience=audience,
        replaces=circular.replaces.uuid if circular.replaces else None,
    )
    paper = papers.publish(actor=actor, new=new, to=to, files=_files(circular, texts, unit))
    _audit(actor, circular, "published", number=circular.number, sha256=circular.sha256)
    return paper


@operation("circulars.edit")
def correct(*, actor: Actor, circular_uuid: UUID) -> Circular:
    """Begin the corrected edition (更正版) of a published circular, with the figures of now and the text as it was.

    It says which one it replaces and what changed; the one before points to it once it has gone down.

    Raises:
        NotFound: no such circular.
        WrongState: it has not gone down, was altered since, or another corrected edition is under way.
    """
    before = lock(circular_uuid)
    if not before.is_published:
        raise WrongState("这份通报还没有下发，直接修改就可以，不用更正。")
    if not digest_holds(before):
        raise WrongState("这份通报与下发时的校验值不符，不能在它上面更正。", who="请联系平台运维核对")
    for draft in before.corrections.select_related("item").filter(given_up=False):
        if draft.item.state not in _UNSIGNED:
            raise WrongState("这份通报已经有更正版，没有重复起草。", rule="一次只起草一份更正版")
        _give_up(draft)
    when = period_of(before)
    found, as_of = figures.gather(unit_in_force(), when)
    kept = Texts.of(before.item)
    circular = _create(
        actor,
        Texts(drafting.title_of(when, corrected=True), kept.problem, kept.analysis, kept.suggestions),
        period=before.period,
        figures=found.as_json(),
        as_of=as_of,
        edition=before.edition + 1,
        replaces=before,
        correction=_corrected(Figures.of_json(before.figures), found),
    )
    _audit(actor, circular, "corrected", replaces=str(before.uuid))
    return circular


def require_signed(circular: Circular) -> None:
    """Refuse to send down what is not signed, or has gone down.

    Raises:
        WrongState: so it is.
    """
    if circular.is_published:
        raise WrongState("这份通报已经下发，没有重复下发。", who="数字有变化时可以另发更正版")
    if circular.item.state != State.APPROVED:
        raise WrongState(
            f"这份通报现在是“{circular.item.get_state_display()}”，不能下发。", rule="审签通过以后才能下发"
        )


def period_of(circular: Circular) -> Period:
    """Return the period of a circular."""
    return read_period({"period": circular.period})


def _create(actor: Actor, texts: Texts, **columns: object) -> Circular:
    item = items.draft_circular(actor=actor, texts=texts)
    try:
        with transaction.atomic():
            return Circular.objects.create(item=item, created_at=clock.now(), **columns)
    except IntegrityError as error:  # two at once
        raise WrongState("同一时段的通报刚刚已经起草，没有重复起草。", rule="一个时段一份通报") from error


def _refuse_second(when: Period) -> None:
    rows = Circular.objects.select_for_update(of=("self",)).select_related("item")
    for known in rows.filter(period=when.code, edition=1, given_up=False):
        if known.item.state not in _UNSIGNED:
            raise WrongState(
                f"{when.words}已有一份通报（{known.item}）。", rule="一个时段一份通报", who="数字有变化时可以更正"
            )
        _give_up(known)


def _give_up(circular: Circular) -> None:
    circular.given_up = True
    circular.save(update_fields=["given_up"])


def _redrafted(circular: Circular, found: Figures, when: Period) -> Texts:
    drafted = drafting.draft(found, when)
    title = drafting.title_of(when, corrected=circular.is_correction)
    return Texts(title, drafted.problem, drafted.analysis, drafted.suggestions)


def _corrected(before: Figures, now: Figures) -> str:
    """Return what changed, drafted from the figures; for the clerk to write where no figure did."""
    changed = [one.words for one in tables.differences(before, now)]
    if not changed:
        return ""
    shown = "；".join(changed[: tables.SHOWN])
    return f"{shown}{f'等 {len(changed)} 处，见附表' if len(changed) > tables.SHOWN else ''}。"


def _said(correction: str) -> str:
    """Return what a corrected edition says of itself, cleaned; what is wrong with it stands under `correction`."""
    try:
        return clean_reason(correction, "请写明更正了什么。")
    except InvalidInput as refusal:
        [wrong] = refusal.fields["reason"]
        raise InvalidInput(f"更正内容：{wrong}", fields={"correction": [wrong]}) from refusal


def _number(circular: Circular) -> tuple[int, int]:
    """Return year and number: those of the edition it replaces, else the next of the year."""
    before = circular.replaces
    if before is not None and before.year is not None and before.number is not None:
        return before.year, before.number
    year = clock.today().year
    last = Circular.objects.filter(year=year).order_by("-number").values_list("number", flat=True).first()
    return year, (last or 0) + 1


def _files(circular: Circular, texts: Texts, unit: Unit) -> Sequence[StoredFile]:
    printed = prints.print_of(circular, texts, unit)
    return [
        storage.store(unit, SimpleUploadedFile(f"{circular.item.title}.{extension}", make(printed)))
        for extension, make in prints.FORMATS.items()
    ]


def _require_open(circular: Circular) -> None:
    if circular.item.state not in {State.DRAFT, State.RETURNED}:
        raise WrongState("送审以后数字固定，不能重新取数。", who="可以请审签人退回，或者下发以后更正")


def _bad_period(words: str) -> InvalidInput:
    return InvalidInput(words, fields={"period": [words]})


def _audit(actor: Actor, circular: Circular, what: str, **data: object) -> None:
    audit.record(
        actor=actor,
        action=f"circulars.circular.{what}",
        object_kind="item",
        object_id=circular.uuid,
        **data,
    )
