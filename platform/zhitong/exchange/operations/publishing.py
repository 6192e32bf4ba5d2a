"""What a unit sends down: publish, pass on, withdraw, urge."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from zhitong.core import audit, clock, outbox, rows, text
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.core.reasons import clean_reason
from zhitong.exchange import packets, papers
from zhitong.exchange.models import Audience, Delivery, Enclosure, Paper, PaperKind
from zhitong.units.current import unit_in_force
from zhitong.units.models import Unit
from zhitong.units.queries import units_below

TITLE_LIMIT = 100  # characters
BODY_LIMIT = 5000
FILES_LIMIT = 10


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A paper to be published.

    Attributes:
        uuid: drawn before it is sent, so that sending it twice publishes it once.
        due_on: the last day, for calls alone.
        open_to_members: the receivers' people read it without a passing on; nothing for calls.
        audience: who of the unit's own people gets it.
        files: kept already under the present unit.
        item_uuid, content: an item of the unit and its copy, for exemplars alone.
        replaces: the edition of a circular that this one corrects.
    """

    uuid: UUID
    kind: PaperKind
    title: str
    body: str = ""
    due_on: date | None = None
    needs_confirm: bool = False
    open_to_members: bool = False
    audience: Audience = Audience.NOBODY
    files: Sequence[packets.GrantInput] = ()
    item_uuid: UUID | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    replaces: UUID | None = None


@operation("exchange.publish")
def publish(*, actor: Actor, new: NewPaper, to: Collection[UUID], parent: UUID | None = None) -> Paper:
    """Give a paper to units below, and to the unit's own people; the same one again (by uuid) is the first.

    Args:
        to: uuids of units that stand below the present one or take part in it.
        parent: the delivery that is passed on; its files and, for an exemplar, its content go along, and its receipt
            comes with it.

    Raises:
        InvalidInput: nothing to say, nobody to say it to, a unit that is not below, a deadline that cannot be met.
        NotFound: `parent` is no delivery to this unit, `replaces` no circular of it.
        WrongState: what is passed on was withdrawn, or somebody passed it on before; the unit is closed.
    """
    unit = unit_in_force()
    known = Paper.objects.filter(uuid=new.uuid).first()
    if known is not None:
        if known.unit_id != unit.pk:
            raise NotFound
        return known
    if not unit.is_open:
        raise WrongState("本单位已停用，档案只供查阅，不能再发。")
    source = _locked_source(actor, parent) if parent else None
    above = source.paper if source else None
    paper = _paper(actor, unit, new, source)
    receivers = _receivers(unit, to, paper.audience)
    _check_due(paper, above)
    files = _enclosures(paper, unit, new.files, above)
    paper.sha256 = papers.digest(paper, files)
    try:
        with transaction.atomic():
            paper.save(force_insert=True)
    except IntegrityError:  # sent twice at once
        known = Paper.objects.filter(uuid=new.uuid, unit=unit).first()
        if known is None:
            raise
        return known
    deliveries = [Delivery(uuid=uuid4(), paper=paper, receiver=receiver) for receiver in receivers]
    Enclosure.objects.bulk_create(files)
    Delivery.objects.bulk_create(deliveries)
    with rows.together():
        for delivery in deliveries:
            outbox.publish("exchange.paper.arrived", {"delivery": str(delivery.uuid)}, unit_id=delivery.receiver_id)
        outbox.publish("exchange.paper.published", {"paper": str(paper.uuid)}, unit_id=unit.pk)
        audit.record(
            actor=actor,
            action="exchange.paper.published",
            object_kind="paper",
            object_id=paper.uuid,
            kind=str(paper.kind),
            to=[str(receiver.uuid) for receiver in receivers],
            audience=str(paper.audience),
            sha256=paper.sha256,
            passed_on_from=str(source.uuid) if source else "",
        )
    return paper


@operation("exchange.publish")
def withdraw_paper(*, actor: Actor, paper_uuid: UUID, reason: str) -> Paper:
    """Take a paper back: nobody reads it any more, the receivers see that and why.

    What receivers passed on is theirs: they are told, and withdraw it or not. Answers to a call stay linked to it.

    Raises:
        InvalidInput: no reason.
        NotFound: not a paper of this unit.
        WrongState: it was withdrawn before.
    """
    words = clean_reason(reason, "请写明理由，接收单位会看到。")
    paper = _locked_own(paper_uuid)
    paper.withdrawn_at, paper.withdrawn_by, paper.withdrawn_reason = clock.now(), actor.label, words
    paper.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    with rows.together():
        for uuid, receiver in paper.deliveries.values_list("uuid", "receiver"):
            outbox.publish("exchange.paper.withdrawn", {"delivery": str(uuid)}, unit_id=receiver)
        outbox.publish("exchange.paper.taken_back", {"paper": str(paper.uuid)}, unit_id=paper.unit_id)
        audit.record(actor=actor, action="exchange.paper.withdrawn", object_kind="paper", object_id=paper.uuid)
    return paper


@operation("exchange.publish")
def urge_receivers(*, actor: Actor, paper_uuid: UUID, deliveries: Collection[UUID]) -> int:
    """Press those of these receivers who were not pressed today; return how many that were.

    Raises:
        NotFound: not a paper of this unit.
        WrongState: it was withdrawn, or each of them was pressed today.
    """
    paper = _locked_own(paper_uuid)
    wanted = paper.deliveries.select_for_update(of=("self",)).filter(uuid__in=list(deliveries)).order_by("pk")
    today = clock.today()
    due = [one for one in wanted if one.urged_at is None or clock.local_date(one.urged_at) < today]
    if not due:
        raise WrongState("今天已经催办过。", rule="同一单位一天只催一次")
    Delivery.objects.filter(pk__in=[one.pk for one in due]).update(urged_at=clock.now())
    with rows.together():
        for one in due:
            message = {"delivery": str(one.uuid), "day": today.isoformat()}
            outbox.publish("exchange.paper.urged", message, unit_id=one.receiver_id)
        audit.record(
            actor=actor,
            action="exchange.paper.urged",
            object_kind="paper",
            object_id=paper.uuid,
            deliveries=[str(one.uuid) for one in due],
        )
    return len(due)


def _locked_own(paper_uuid: UUID) -> Paper:
    found = Paper.objects.select_for_update(of=("self",), no_key=True)
    paper = found.filter(uuid=paper_uuid, unit=unit_in_force()).first()
    if paper is None:
        raise NotFound
    if paper.is_withdrawn:
        raise WrongState(f"这一件已由{paper.withdrawn_by}撤回。", who="可以另发一件")
    return paper


def _locked_source(actor: Actor, delivery_uuid: UUID) -> Delivery:
    """Lock and return what is passed on, receipted."""
    found = Delivery.objects.select_for_update(of=("self",), no_key=True).select_related("paper__unit")
    delivery = found.filter(uuid=delivery_uuid, receiver=unit_in_force()).first()
    if delivery is None:
        raise NotFound
    if delivery.paper.is_withdrawn:
        raise WrongState(f"{delivery.paper.unit.short_name}已撤回这一件，不能再转发。")
    own = delivery.papers.filter(withdrawn_at__isnull=True).first()
    if own:
        when = f"{own.published_at.astimezone(clock.SHANGHAI):%m-%d %H:%M}"
        raise WrongState(
            f"{own.published_by}已于 {when} 转发，没有重复转发。", who="撤回以后可以重新转发", code="exchange.passed_on"
        )
    if delivery.received_at is None:
        delivery.received_at = clock.now()
        delivery.save(update_fields=["received_at"])
        audit.record(actor=actor, action="exchange.paper.received", object_kind="delivery", object_id=delivery.uuid)
    return delivery


def _paper(actor: Actor, unit: Unit, new: NewPaper, source: Delivery | None) -> Paper:
    title, body = _clean(new)
    above = source.paper if source else None
    kind = PaperKind(above.kind if above else new.kind)
    is_call = kind == PaperKind.CALL
    content = above.content if above else dict(new.content)
    if kind == PaperKind.EXEMPLAR:
        content = packets.build(content, with_contacts=False)
    elif content or new.item_uuid:
        raise ValueError("only an exemplar shows an item")
    return Paper(
        uuid=new.uuid,
        kind=kind,
        unit=unit,
        parent=source,
        title=title,
        body=body,
        replaces=_replaced(unit, new),
        item_uuid=None if above else new.item_uuid,
        content=content,
        due_on=new.due_on if is_call else None,
        needs_confirm=new.needs_confirm,
        open_to_members=new.open_to_members and not is_call,
        audience=new.audience,
        published_at=clock.now(),
        published_by=actor.label,
    )


def _replaced(unit: Unit, new: NewPaper) -> Paper | None:
    if new.replaces is None:
        return None
    before = Paper.objects.select_for_update(of=("self",), no_key=True)
    found = before.filter(uuid=new.replaces, unit=unit, kind=PaperKind.CIRCULAR).first()
    if found is None:
        raise NotFound
    if Paper.objects.filter(replaces=found).exists():
        raise WrongState("这一期已经有更正版，没有重复下发。", who="可以更正更正版")
    return found


def _clean(new: NewPaper) -> tuple[str, str]:
    cleaned: dict[str, str] = {}
    wrong: dict[str, list[str]] = {}
    for name, raw, label, limit in (
        ("title", new.title, "标题", TITLE_LIMIT),
        ("body", new.body, "正文", BODY_LIMIT),
    ):
        try:
            cleaned[name] = text.clean(raw)
        except ValueError as error:
            wrong[name] = [str(error)]
            continue
        if len(cleaned[name]) > limit:
            wrong[name] = [f"{label}共 {len(cleaned[name]):,} 字，最多 {limit:,} 字，请删减。"]
    cleaned["title"] = " ".join(cleaned.get("title", "").split())
    if not cleaned["title"] and "title" not in wrong:
        wrong["title"] = ["请填写标题。"]
    if not cleaned.get("body") and "body" not in wrong and new.kind != PaperKind.EXEMPLAR:
        wrong["body"] = ["请填写正文。"]
    if wrong:
        raise InvalidInput("没有发出，请改正后再发。", fields=wrong)
    return cleaned["title"], cleaned["body"]


def _receivers(unit: Unit, to: Collection[UUID], audience: str) -> list[Unit]:
    wanted = set(to)
    found = list(units_below(unit).filter(uuid__in=wanted).order_by("pk")) if wanted else []
    if len(found) < len(wanted):
        raise InvalidInput(
            "选中的单位里有不能下发的，请重新选择。",
            rule="只能发给下级单位和参加本单位的单位",
            fields={"to": ["请重新选择接收单位。"]},
        )
    if not found and audience == Audience.NOBODY:
        raise InvalidInput("没有发出：还没有选发给谁。", fields={"to": ["请选择接收单位，或者本单位的人员。"]})
    return found


def _check_due(paper: Paper, above: Paper | None) -> None:
    if paper.kind != PaperKind.CALL:
        return
    wrong = ""
    if paper.due_on is None:
        wrong = "请填写截止日期。"
    elif paper.due_on < clock.today():
        wrong = "截止日期已经过去，请改晚一些。"
    elif above and above.due_on and paper.due_on > above.due_on:
        wrong = f"不能晚于{above.unit.short_name}的截止日期 {above.due_on:%Y-%m-%d}。"
    if wrong:
        raise InvalidInput(f"没有发出：{wrong}", fields={"due_on": [wrong]})


def _enclosures(paper: Paper, unit: Unit, files: Sequence[packets.GrantInput], above: Paper | None) -> list[Enclosure]:
    if len(files) > FILES_LIMIT:
        words = f"一件最多 {FILES_LIMIT} 个附件。"
        raise InvalidInput(words, fields={"file": [words]})
    own = [
        Enclosure(
            paper=paper,
            uuid=file.attachment_uuid,
            owner=unit,
            name=file.name,
            sha256=file.sha256,
            size=file.size,
            media_type=file.media_type,
        )
        for file in files
    ]
    brought = [
        Enclosure(
            paper=paper,
            uuid=file.uuid,
            owner_id=file.owner_id,
            name=file.name,
            sha256=file.sha256,
            size=file.size,
            media_type=file.media_type,
        )
        for file in (above.enclosures.all() if above else ())
    ]
    return [*brought, *own]
