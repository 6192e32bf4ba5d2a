"""Handling in a unit: passing an own item on, links for those without an account, the authors' satisfaction.

Each joins an operation of the exchange (public rows) with the unit's own rows in one transaction.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tenants.accounts.cleaning import login_name, short_text
from tenants.desk.operations import packet_content
from tenants.handling.models import Contact
from tenants.items.models import Attachment, Item, State
from zhitong.core import links
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from zhitong.core.links import Issued
from zhitong.core.operations import Actor, operation, require_unit
from zhitong.exchange import packets
from zhitong.exchange.models import Assignment, Handling, Satisfaction
from zhitong.exchange.operations import handling as exchange
from zhitong.exchange.operations.handling import Handler
from zhitong.exchange.operations.handling.common import PURPOSE
from zhitong.units.current import unit_in_force
from zhitong.units.queries import named

_MOBILE = re.compile(r"1[3-9][0-9]{9}")


@dataclass(frozen=True, slots=True)
class Named:
    """A handler as a clerk names it: a unit of the platform by its name, else a department with who answers for it.

    `place` says where it stands on the form, for what is wrong with it: `lead`, `co_1`.
    """

    name: str
    person: str = ""
    contact: str = ""
    level: str = ""
    place: str = "lead"


@dataclass(frozen=True, slots=True)
class PassedOn:
    """What passing on made: the handling, and for handlers without an account their links, shown this once."""

    handling: Handling
    links: list[tuple[Assignment, Issued]] = field(default_factory=list)


@operation("exchange.record")
def pass_on(
    *,
    actor: Actor,
    item_uuid: UUID,
    request: str,
    lead: Named,
    co: Sequence[Named] = (),
    days: int,
    instruction_uuid: UUID | None = None,
    passes_words: bool = False,
    releases_answer: bool = False,
    with_files: bool = False,
) -> PassedOn:
    """Pass an item of the unit to handlers (转办): one that is adopted, or that a leader wrote on.

    Args:
        request: what is asked of them, up to 1,000 characters.
        days: working days until the answer is due.
        instruction_uuid: the instruction it follows from; none for the adopted item alone.
        passes_words: handlers read who wrote what.
        releases_answer: authors read the answer as soon as it comes in.
        with_files: the item's files go along.

    Raises:
        NotFound: no such item.
        WrongState: it is not adopted and nobody wrote on it, or it was passed on already.
        InvalidInput: under `request`, `days`, and under the place of each handler.
    """
    unit = unit_in_force()
    item = Item.objects.select_for_update(of=("self",)).filter(uuid=item_uuid, number__isnull=False).first()
    if item is None:
        raise NotFound
    if instruction_uuid is None and item.state != State.APPROVED:
        raise WrongState(f"这一篇{item.get_state_display()}，不能转办。", rule="采用的，或者有领导批示的，才可以转办")
    outsiders = {one.place: _outsider(one) for one in (lead, *co) if named(one.name.strip()) is None}
    made = exchange.assign(
        actor=actor,
        item_uuid=item_uuid,
        content=packet_content(item, unit),
        request=request,
        lead=_handler(lead),
        co=[_handler(one) for one in co],
        days=days,
        instruction_uuid=instruction_uuid,
        passes_words=passes_words,
        releases_answer=releases_answer,
        attachments=_files(item) if with_files else (),
    )
    assignments = made.assignments.order_by("pk")
    given = []
    for assignment, one in zip(assignments, (lead, *co), strict=True):
        if one.place in outsiders:
            given.append((assignment, _open_link(actor, assignment, *outsiders[one.place])))
    return PassedOn(made, given)


@operation("exchange.record")
def reassign(*, actor: Actor, assignment_uuid: UUID, seen: int, to: Named, days: int) -> PassedOn:
    """Grant a refusal (申退) and pass the part to another handler.

    Raises:
        NotFound, StaleVersion, WrongState, InvalidInput: as `exchange.reassign`; InvalidInput also under `contact`.
    """
    outsider = _outsider(to) if named(to.name.strip()) is None else None
    made = exchange.reassign(actor=actor, assignment_uuid=assignment_uuid, seen=seen, to=_handler(to), days=days)
    given = [(made, _open_link(actor, made, *outsider))] if outsider else []
    return PassedOn(made.handling, given)


@operation("exchange.record")
def second_round(*, actor: Actor, handling_uuid: UUID, request: str, days: int) -> PassedOn:
    """Ask the same handlers once more, because an author was not satisfied.

    Raises:
        NotFound, WrongState, InvalidInput: as `exchange.second_round`.
    """
    made = exchange.second_round(actor=actor, handling_uuid=handling_uuid, request=request, days=days)
    before = {
        (one.role, one.name): one.uuid
        for one in Assignment.objects.select_related("unit").filter(handling=made.follows)
        if one.unit_id is None
    }
    known = {one.assignment_uuid: one for one in Contact.objects.filter(assignment_uuid__in=before.values())}
    given = []
    for assignment in made.assignments.filter(unit__isnull=True).order_by("pk"):
        contact = known[before[assignment.role, assignment.name]]
        given.append((assignment, _open_link(actor, assignment, contact.person, contact.contact)))
    return PassedOn(made, given)


@operation("exchange.record")
def renew_link(*, actor: Actor, assignment_uuid: UUID) -> PassedOn:
    """Make a new link and code for a handler without an account; the earlier link ends.

    Raises:
        NotFound: not an assignment of this unit to somebody outside.
        WrongState: nothing is owed any more.
    """
    assignment = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("handling")
        .filter(uuid=assignment_uuid, unit__isnull=True, handling__asker=require_unit())
        .first()
    )
    if assignment is None:
        raise NotFound
    if not assignment.is_open:
        raise WrongState(f"{assignment.name}{assignment.get_state_display()}，不用再发链接。")
    return PassedOn(assignment.handling, [(assignment, _issue(actor, assignment))])


@operation()
def rate(*, actor: Actor, handling_uuid: UUID, item_uuid: UUID, rating: str, words: str = "") -> Satisfaction:
    """Say how satisfied one is with an answer; only who signs the item may.

    Raises:
        NotFound: no such item or handling, or its answer is not open to the authors.
        NotAllowed: the actor is none of the authors.
        WrongState, InvalidInput: as `exchange.rate`.
    """
    item = Item.objects.filter(uuid=item_uuid).first()
    if item is None:
        raise NotFound
    if not item.authors.filter(user__uuid=actor.user_key, signs=True).exists():
        raise NotAllowed("只有这一篇的反映人可以评价办理情况。", rule="满意度由反映人评价")
    return exchange.rate(actor=actor, handling_uuid=handling_uuid, item_uuid=item_uuid, rating=rating, words=words)


def _handler(one: Named) -> Handler:
    unit = named(one.name.strip())
    return Handler(unit) if unit else Handler(None, one.name, one.level)


def _outsider(one: Named) -> tuple[str, str]:
    """Return person and contact of a handler outside, cleaned.

    Raises:
        InvalidInput: under the handler's place: no name, one who cannot be reached, or what cannot be kept.
    """
    try:
        person, contact = (
            short_text(Contact, "person", one.person),
            short_text(Contact, "contact", login_name(one.contact)),
        )
    except InvalidInput as refusal:
        raise InvalidInput(refusal.message, fields={one.place: [refusal.message]}) from refusal
    if not one.name.strip():
        wrong = "请写明单位。"
    elif not (person and contact):
        wrong = f"“{one.name.strip()}”不在平台上，请填写联系人的姓名，和手机号或邮箱。"
    elif not _reaches(contact):
        wrong = f"“{contact}”既不是 11 位手机号，也不是邮箱。"
    else:
        return person, contact
    raise InvalidInput(wrong, fields={one.place: [wrong]})


def _reaches(contact: str) -> bool:
    if _MOBILE.fullmatch(contact):
        return True
    try:
        validate_email(contact)
    except ValidationError:
        return False
    return True


def _open_link(actor: Actor, assignment: Assignment, person: str, contact: str) -> Issued:
    Contact.objects.create(assignment_uuid=assignment.uuid, person=person, contact=contact)
    return _issue(actor, assignment)


def _issue(actor: Actor, assignment: Assignment) -> Issued:
    return links.issue(actor=actor, purpose=PURPOSE, object_uuid=assignment.uuid, days=links.LONGEST_DAYS)


def _files(item: Item) -> list[packets.GrantInput]:
    return [
        packets.GrantInput(file.uuid, file.name, file.sha256, file.size, file.media_type)
        for file in Attachment.objects.filter(item=item, removed_at__isnull=True)
    ]
