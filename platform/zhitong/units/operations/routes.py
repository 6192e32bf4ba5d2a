"""Writes over routes: opening and ending explicit ones, the terms that bind a sender at a receiver, bodies outside."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.core.reasons import clean_reason
from zhitong.units.current import unit_in_force
from zhitong.units.models import (
    BodyKind,
    ExternalBody,
    Level,
    QuotaPeriod,
    Route,
    RouteKind,
    RouteTerms,
    Unit,
)

LARGEST_QUOTA = 9_999  # items a period
# What a receiver opens by itself; all else follows from the lines of units, or leads outside.
OFFERED = (RouteKind.DIRECT, RouteKind.AGREEMENT)


@operation("units.manage")
def register_body(
    *, actor: Actor, name: str, short_name: str, kind: BodyKind, level: Level, division_code: str = ""
) -> ExternalBody:
    """Register a receiver outside the platform; a body of that name is returned as it is."""
    body, created = ExternalBody.objects.get_or_create(
        name=name,
        defaults={"short_name": short_name, "kind": kind, "level": level, "division_code": division_code},
    )
    if created:
        audit.record(actor=actor, action="units.body.registered", object_kind="body", object_id=body.uuid, name=name)
    return body


@operation("units.manage")
def open_route(
    *,
    actor: Actor,
    sender: Unit,
    kind: RouteKind,
    receiver: Unit | None = None,
    body: ExternalBody | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    shows_contacts: bool = False,
) -> Route:
    """Open an explicit route to a unit or to an external body; for operators of the platform.

    Raises:
        InvalidInput: not exactly one receiver, the sender itself, or an end before the beginning.
        WrongState: such a route is open in those days already.
    """
    if (receiver is None) == (body is None) or receiver == sender:
        raise InvalidInput("请选定一个接收单位，且不能是报送单位自己。")
    route = Route(
        sender=sender,
        receiver=receiver,
        body=body,
        kind=kind,
        valid_from=valid_from or clock.today(),
        valid_to=valid_to,
        shows_contacts=shows_contacts,
    )
    return _open(actor, route)


@operation("units.settings")
def offer_route(
    *,
    actor: Actor,
    sender: Unit,
    kind: RouteKind,
    valid_from: date,
    valid_to: date | None = None,
    shows_contacts: bool = False,
    basis: str = "",
) -> Route:
    """Let another unit report to the present one: as a direct-report unit (直报) or by an agreement with an end (约定).

    Raises:
        InvalidInput: another kind, the unit itself or a closed one, an agreement without end, an end before the
            beginning, or a basis that cannot be kept.
        WrongState: the sender may report here anyway, or such a route is open in those days already.
    """
    unit = unit_in_force()
    fields: dict[str, list[str]] = {}
    if kind not in OFFERED:
        fields["kind"] = ["请选择直报或约定"]
    if sender.pk == unit.pk or not sender.is_open:
        fields["sender"] = ["请选择另一个启用的单位"]
    if kind == RouteKind.AGREEMENT and valid_to is None:
        fields["valid_to"] = ["约定须写明到哪一天为止"]
    if fields:
        raise InvalidInput("渠道没有开通，请改正后再提交。", fields=fields)
    if unit.pk in (sender.parent_id, sender.participates_in_id):
        raise WrongState(f"{sender.short_name}本来就可以报送{unit.short_name}，不用另开渠道。", rule="上下级和参加单位")
    route = Route(
        sender=sender,
        receiver=unit,
        kind=kind,
        valid_from=valid_from,
        valid_to=valid_to,
        shows_contacts=shows_contacts,
        basis=clean_reason(basis, "请写明依据，对方也会看到。") if basis else "",
    )
    return _open(actor, route)


@operation("units.settings")
def end_route(*, actor: Actor, route_id: int, reason: str) -> Route:
    """End an explicit route today; either side may. What went by it stays where it is.

    Raises:
        NotFound: no explicit route from or to this unit.
        WrongState: it is over, or ends today.
        InvalidInput: no reason.
    """
    words = clean_reason(reason, "请写明终止的理由，对方也会看到。")
    unit, today = unit_in_force(), clock.today()
    route = (
        Route.objects.select_for_update(of=("self",))
        .select_related("sender", "receiver", "body")
        .filter(Q(sender=unit) | Q(receiver=unit), pk=route_id)
        .first()
    )
    if route is None:
        raise NotFound
    if route.valid_to is not None and route.valid_to <= today:
        raise WrongState(f"这条渠道 {route.valid_to:%Y-%m-%d} 到期，不用再终止。")
    route.valid_to, route.basis = max(today, route.valid_from), words
    route.save(update_fields=["valid_to", "basis"])
    audit.record(actor=actor, action="units.route.ended", object_kind="route", object_id=route.pk, reason=words)
    return route


@operation("units.settings")
def limit_sender(
    *,
    actor: Actor,
    sender: Unit,
    quota: int | None = None,
    quota_period: QuotaPeriod | str = "",
    only_signed: bool = False,
    receipts_at_once: bool = False,
) -> RouteTerms:
    """Say on which terms the present unit takes what `sender` reports: at most how many a period, only what a leader
    signed, receipted (签收) by rule as it arrives. Sendings from now on follow.

    Args:
        quota: items a period, from 1 to 9,999; None for no limit.

    Raises:
        InvalidInput: a quota out of bounds or without period.
    """
    fields: dict[str, list[str]] = {}
    if quota is not None and not 1 <= quota <= LARGEST_QUOTA:
        fields["quota"] = [f"限额须在 1 到 {LARGEST_QUOTA:,} 之间，不限请留空"]
    if quota is not None and quota_period not in QuotaPeriod.values:
        fields["quota_period"] = ["请选择按月、按季还是按年"]
    if fields:
        raise InvalidInput("渠道要求没有保存，请改正后再提交。", fields=fields)
    return _set_terms(
        actor,
        sender,
        {"receiver": unit_in_force()},
        quota=quota,
        quota_period=quota_period if quota is not None else "",
        only_signed=only_signed,
        receipts_at_once=receipts_at_once,
    )


@operation("units.settings")
def name_senders(
    *, actor: Actor, receiver: Unit | None = None, body: ExternalBody | None = None, posts: Sequence[str]
) -> RouteTerms:
    """Say holders of which posts of the present unit may send to a receiver; without posts everybody with the right.

    Args:
        posts: codes of posts; the caller knows that they exist in the unit.

    Raises:
        InvalidInput: not exactly one receiver.
    """
    if (receiver is None) == (body is None):
        raise InvalidInput("请选定一个接收单位。")
    where = {"receiver": receiver} if receiver else {"body": body}
    return _set_terms(actor, unit_in_force(), where, sender_posts=list(dict.fromkeys(posts)))


def _open(actor: Actor, route: Route) -> Route:
    if route.valid_to is not None and route.valid_to < route.valid_from:
        raise InvalidInput("结束日期不能早于开始日期。", fields={"valid_to": ["早于开始日期"]})
    _lock(route.sender)
    same = Route.objects.filter(sender=route.sender, receiver=route.receiver, body=route.body)
    overlapping = same.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=route.valid_from))
    if route.valid_to is not None:
        overlapping = overlapping.filter(valid_from__lte=route.valid_to)
    if overlapping.exists():
        name = (route.receiver or route.body).short_name  # type: ignore[union-attr]
        raise WrongState(f"{route.sender.short_name}到{name}在这些日子里已有渠道。", who="可以先终止原来的渠道")
    route.opened_by = actor.label
    route.save(force_insert=True)
    audit.record(actor=actor, action="units.route.opened", object_kind="route", object_id=route.pk, kind=route.kind)
    return route


def _set_terms(actor: Actor, sender: Unit, where: dict[str, Any], **terms: Any) -> RouteTerms:
    _lock(sender)
    found, _created = RouteTerms.objects.select_for_update().get_or_create(sender=sender, **where)
    for name, value in terms.items():
        setattr(found, name, value)
    found.save(update_fields=list(terms))
    audit.record(
        actor=actor,
        action="units.route.terms",
        object_kind="unit",
        object_id=sender.uuid,
        **{name: getattr(value, "short_name", value) for name, value in (where | terms).items()},
    )
    return found


def _lock(sender: Unit) -> None:
    """Let changes of one sender's routes follow one another; sendings go on meanwhile."""
    Unit.objects.select_for_update(no_key=True).get(pk=sender.pk)
