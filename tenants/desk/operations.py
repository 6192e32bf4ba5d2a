"""Where a unit's own items meet the network: sending one, taking one in, recording what became of it.

Each joins an operation of the exchange (public rows) with one of items or review (the unit's rows) in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from tenants.desk import queries
from tenants.desk.models import Proof
from tenants.desk.outcome_lists import Listed
from tenants.desk.terms import require_nameless, require_terms
from tenants.items import operations as items
from tenants.items.models import Attachment, EditionKind, Item, State
from tenants.items.queries import number_label
from tenants.items.texts import Texts
from tenants.review import operations as review
from tenants.review.definition import DESTINATIONS
from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, NotFound, Refusal, StaleVersion, WrongState
from zhitong.core.operations import Actor, operation, require_unit
from zhitong.documents.storage import StoredFile
from zhitong.exchange import operations as exchange
from zhitong.exchange import packets
from zhitong.exchange.models import AdoptionMode, Dispatch, Event, EventKind, Visibility
from zhitong.exchange.queries import part_of
from zhitong.units.current import unit_in_force
from zhitong.units.models import BodyKind, ExternalBody, RouteKind, Unit
from zhitong.units.queries import Destination, destinations

# What only a body outside decides on a report that was sent to it.
_DECISIONS = frozenset({EventKind.ADOPTED, EventKind.KEPT, EventKind.DECLINED})


@operation("exchange.send")
def send(
    *,
    actor: Actor,
    item_uuid: UUID,
    version: int,
    to: Sequence[str],
    again: bool = False,
    under_pseudonym: bool = False,
) -> list[Dispatch]:
    """Send the issued text of an approved item to the receivers named by `to` (`Destination.key`).

    Args:
        again: repeat a sending that still stands at a receiver.
        under_pseudonym: the receivers see a placeholder for the authors; this unit keeps their names.

    Raises:
        NotFound: no such item.
        StaleVersion: the item changed since the reader saw it.
        NotAllowed: only holders of certain posts send to one of them.
        WrongState: it is not approved, its flow demands a sign-off for one of them that it does not have, it already
            went to one of them, or the terms of one of them forbid it.
        InvalidInput: no receiver, one without a route, or a pseudonym that the text or a file gives away.
    """
    unit = unit_in_force()
    item = Item.objects.select_for_update(of=("self",)).filter(uuid=item_uuid).first()
    if item is None or item.state == State.DRAFT:
        raise NotFound
    if item.version != version:
        raise StaleVersion("这一篇刚被修改过，请刷新后再报送。")
    if item.state != State.APPROVED:
        raise WrongState(
            f"这一篇{item.get_state_display()}，签发后才能报送。", rule="只报送定稿", who="审核流程中的签发人"
        )
    receivers = _chosen(unit, to)
    require_terms(actor, item, receivers)
    _require_clearance(item, unit, receivers)
    content, files = packet_content(item, unit), _grants(item)
    if under_pseudonym:
        require_nameless(content, files)
        content = packets.disguised(content)
    return exchange.send(
        actor=actor, item_uuid=item.uuid, content=content, to=receivers, attachments=files, again=again
    )


@operation("exchange.send")
def correct(*, actor: Actor, item_uuid: UUID, version: int, texts: Mapping[str, str]) -> Item:
    """Correct the issued text of an item that a receiver has returned, before it is sent anew; the old one is kept.

    What other receivers have stays as it was sent.

    Args:
        texts: title, problem, analysis, suggestions.

    Raises:
        NotFound: no such item.
        StaleVersion: it changed since the reader saw it.
        WrongState: nothing returned waits for a correction.
        InvalidInput: a required part is missing or a limit is passed.
    """
    item = Item.objects.select_for_update(of=("self",)).filter(uuid=item_uuid, state=State.APPROVED).first()
    if item is None:
        raise NotFound
    if item.version != version:
        raise StaleVersion("这一篇刚被修改过，请刷新后再改。")
    if not queries.returned_to(require_unit()).filter(item_uuid=item.uuid).exists():
        raise WrongState("这一篇没有被退回的报送，定稿不能再改。", rule="报送被退回以后，可以改后重报")
    items.add_edition(actor=actor, item=item, kind=EditionKind.ISSUED, texts=Texts.cleaned(texts))
    audit.record(actor=actor, action="desk.text.corrected", object_kind="item", object_id=item.uuid)
    return item


def packet_content(item: Item, unit: Unit) -> dict[str, object]:
    """Return what an item says to another unit: the issued text and the facts of `packets.FIELDS`."""
    issued = item.editions.filter(kind=EditionKind.ISSUED).order_by("-number").first()
    texts = {name: getattr(issued or item, name) for name in packets.TEXT_FIELDS}
    return {
        **texts,
        "category": item.category,
        "keywords": item.keywords,
        "urgency": item.urgency,
        "source": item.source,
        "submitter_kind": item.submitter_kind,
        "authors": list(item.authors.filter(signs=True).values("name", "duty", "sector", "party", "rank", "contact")),
        "from_unit": unit.short_name,
        "number_label": number_label(item, unit.mark),
    }


def _grants(item: Item) -> list[packets.GrantInput]:
    return [
        packets.GrantInput(file.uuid, file.name, file.sha256, file.size, file.media_type)
        for file in Attachment.objects.filter(item=item, removed_at__isnull=True)
    ]


# Bodies of the unit's own place, which a flow calls "local"; what stands above is told by its level.
_LOCAL = frozenset({BodyKind.PARTY_OFFICE, BodyKind.GOVERNMENT, BodyKind.UNITED_FRONT, BodyKind.BUREAU})


def destination_code(unit: Unit, destination: Destination) -> str:
    """Return what a review flow calls a receiver (`review.definition.DESTINATIONS`); empty for one without a name."""
    if destination.kind == RouteKind.PARTY_LINE:
        return "party_line"
    body = destination.body
    if body and body.kind == BodyKind.PARTY_CENTRAL:
        return "party_line"
    if body and body.kind in _LOCAL and body.level == unit.level:
        return "local"
    level = (destination.unit or body).level  # type: ignore[union-attr]
    return str(level) if level in DESTINATIONS else ""


def _require_clearance(item: Item, unit: Unit, to: Sequence[Destination]) -> None:
    codes = {destination.name: destination_code(unit, destination) for destination in to}
    missing, rule = review.missing_clearance(item, [code for code in codes.values() if code])
    if missing:
        raise WrongState(
            f"报送{'、'.join(name for name, code in codes.items() if code in missing)}之前，还要按流程审签。",
            rule=rule,
            who="可以发起“报送审签”，签批后再报送",
            code="review.not_cleared",
        )


def _chosen(unit: Unit, keys: Sequence[str]) -> list[Destination]:
    known = {destination.key: destination for destination in destinations(unit, clock.today())}
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise InvalidInput("选中的接收单位已不能报送，请刷新后重选。", fields={"to": ["请重新选择接收单位"]})
    return [known[key] for key in dict.fromkeys(keys)]


@operation("exchange.receive")
def accept(*, actor: Actor, dispatch_uuid: UUID) -> Item:
    """Take a dispatch in: receipt, an own item with its own number, and the start of its review.

    Raises:
        NotFound: not a dispatch to this unit.
        WrongState: somebody dealt with it before, or its content is not what was sent.
    """
    unit = unit_in_force()
    dispatch = (
        Dispatch.objects.select_for_update(of=("self",))
        .select_related("packet__matter", "sender")
        .filter(uuid=dispatch_uuid, receiver=unit)
        .first()
    )
    if dispatch is None:
        raise NotFound
    packets.require_whole(dispatch)
    if dispatch.state not in {Dispatch.State.SENT, Dispatch.State.RECEIVED}:
        raise exchange.moved_on(dispatch)
    item = items.create_received(actor=actor, dispatch=dispatch, content=dispatch.packet.content)
    exchange.accept(actor=actor, dispatch_uuid=dispatch_uuid, item_uuid=item.uuid)
    review.start_run(actor=actor, item=item)
    return item


@operation("exchange.receive")
def grant_recall(*, actor: Actor, dispatch_uuid: UUID) -> Dispatch:
    """Give up a dispatch that its sender asks back; what the unit made of it is withdrawn from review.

    A source of a merged item is withdrawn from that, whose text stays this unit's own.

    Raises:
        NotFound: not a dispatch to this unit.
        WrongState: no request waits for an answer, or the review of the own item has just ended.
    """
    dispatch = exchange.grant_recall(actor=actor, dispatch_uuid=dispatch_uuid)
    own = dispatch.accepted_item_uuid
    if own is None:
        return dispatch
    reason, part = f"{dispatch.sender.short_name}请求撤回，已同意。", part_of(require_unit(), own)
    if part is None:
        review.withdraw_received(actor=actor, item_uuid=own, reason=reason)
    elif part.withdrawal_id is None:
        exchange.withdraw_source(actor=actor, item_uuid=part.item_uuid, source_uuid=own, reason=reason)
    return dispatch


@operation("exchange.record")
def record_outcome(
    *,
    actor: Actor,
    item_uuid: UUID,
    kind: EventKind,
    mode: AdoptionMode | str = "",
    body: ExternalBody | None = None,
    occurred_on: date | None = None,
    bulletin: str = "",
    issue_number: str = "",
    leader: str = "",
    leader_rank: str = "",
    words: str = "",
    visibility: Visibility = Visibility.FACT,
    reason: str = "",
    proof: StoredFile | None = None,
) -> Event:
    """Record by hand what a body outside, or a leader, did with an item.

    What the unit itself decides on its own item is the end of its review and never recorded by hand. `proof` is a
    file, kept already, that shows it; it stays in this unit.

    Raises:
        InvalidInput: a decision without its body, a refusal without reason, an instruction without its leader.
        Refusal: as `exchange.record`.
    """
    if body is None and kind in _DECISIONS:
        raise InvalidInput("请选择是哪个单位的结果；本单位的采用由审核产生。", fields={"body": ["请选择单位"]})
    if kind == EventKind.DECLINED and not reason.strip():
        raise InvalidInput("不采用须写明理由。", fields={"reason": ["请写明理由"]})
    if kind == EventKind.INSTRUCTION and not leader.strip():
        raise InvalidInput("请写明批示的领导同志。", fields={"leader": ["请填写"]})
    event = exchange.record(
        actor=actor,
        item_uuid=item_uuid,
        kind=kind,
        mode=mode,
        body=body,
        occurred_on=occurred_on,
        bulletin=bulletin,
        issue_number=issue_number,
        leader=leader,
        leader_rank=leader_rank,
        words=words,
        visibility=visibility,
        reason=reason,
    )
    if proof:
        Proof.objects.create(event_uuid=event.uuid, kept_by=actor.label, kept_at=event.at, **asdict(proof))
    return event


@dataclass(frozen=True, slots=True)
class Answer:
    """A row of a body's list, and the item it is about."""

    item_uuid: UUID
    listed: Listed


@operation("exchange.record")
def record_list(
    *,
    actor: Actor,
    body: ExternalBody,
    answers: Sequence[Answer],
    mode: AdoptionMode,
    day: date,
    proof: StoredFile | None = None,
) -> list[str]:
    """Record a body's list of outcomes; each row by itself, so that one that is refused keeps no other back.

    Args:
        mode: how an adoption counts whose row does not say it.
        day: the day of a row that has none.
        proof: the list itself, where it came as a file; it stands with each outcome.

    Returns:
        For each of `answers` why it was refused, empty where it was recorded.
    """
    refused = []
    for answer in answers:
        listed = answer.listed
        try:
            with transaction.atomic():
                record_outcome(
                    actor=actor,
                    item_uuid=answer.item_uuid,
                    kind=listed.kind,
                    mode=(listed.mode or mode) if listed.kind == EventKind.ADOPTED else "",
                    body=body,
                    occurred_on=listed.day or day,
                    bulletin=listed.bulletin,
                    issue_number=listed.issue_number,
                    leader=listed.leader,
                    leader_rank=listed.leader_rank,
                    words=listed.words,
                    reason=listed.reason,
                    proof=proof,
                )
        except Refusal as refusal:
            said = [words for field in refusal.fields.values() for words in field]
            refused.append("；".join(said) or refusal.message)
        else:
            refused.append("")
    return refused
