"""Units that change (区划调整): renamed, or ended with others in their place. History stays where it happened.

What the network holds open for a unit that ends is passed on by `zhitong.exchange.operations.succeed`, which calls
`end_unit` in the same transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.core.reasons import clean_reason
from zhitong.units.models import (
    LEVEL_ORDER,
    ChangeKind,
    Level,
    Lifecycle,
    Route,
    RouteTerms,
    Unit,
    UnitChange,
    UnitKind,
    UnitName,
)
from zhitong.units.operations.units import wrong_text

_NO_BASIS = "请写明依据的文件，各方都会看到。"
_LABELS = {"name": "全称", "short_name": "简称", "division_code": "行政区划代码"}


@operation("units.manage")
def rename_unit(
    *, actor: Actor, unit: Unit, name: str, short_name: str, division_code: str, effective_on: date, basis: str
) -> UnitChange:
    """Give a unit another name or division code from a day on; what was before reads as it was called then.

    Raises:
        InvalidInput: nothing changes, a name is malformed or taken, a day in the future or before the last renaming, or
            no basis.
        WrongState: the unit is closed.
    """
    words = clean_reason(basis, _NO_BASIS)
    locked: Unit = Unit.objects.select_for_update().get(pk=unit.pk)
    refuse_closed(locked)
    new = {"name": name, "short_name": short_name, "division_code": division_code}
    fields = {field: [wrong] for field, value in new.items() if (wrong := wrong_text(field, _LABELS[field], value))}
    last = UnitName.objects.filter(unit=locked).order_by("-valid_to").first()
    fields |= _wrong_day(effective_on, last)
    if not fields and all(getattr(locked, field) == value for field, value in new.items()):
        fields["name"] = ["和现在的一样"]
    if fields:
        raise InvalidInput(f"{locked.short_name}没有更名，请改正后再提交。", fields=fields)
    UnitName.objects.create(
        unit=locked,
        name=locked.name,
        short_name=locked.short_name,
        division_code=locked.division_code,
        valid_from=last.valid_to + timedelta(days=1) if last else None,
        valid_to=effective_on - timedelta(days=1),
    )
    for field, value in new.items():
        setattr(locked, field, value)
    try:
        with transaction.atomic():
            locked.save(update_fields=list(new))
    except IntegrityError as error:
        raise InvalidInput(f"单位“{name}”的全称或简称已被使用。", fields={"name": ["全称或简称已被使用"]}) from error
    return _note(actor, locked, ChangeKind.RENAMED, effective_on, words)


@operation("units.manage")
def end_unit(
    *,
    actor: Actor,
    unit: Unit,
    kind: ChangeKind,
    effective_on: date,
    basis: str,
    successor: Unit | None = None,
    successors: Sequence[Unit] = (),
    heirs: Mapping[int, Unit] | None = None,
) -> UnitChange:
    """Close a unit for good: nobody begins new work there, its archive stays readable to its own people.

    Those below it, those that take part in it and those that report to it by a route find a successor in its place.

    Args:
        kind: anything but renamed.
        effective_on: the first day without it; today at the latest.
        successor: who is named to whoever asks for the unit, and takes what `heirs` gives to nobody else.
        successors: all of them, `successor` among them.
        heirs: successor by key of the unit below, the participant or the sender of a route.

    Raises:
        InvalidInput: no basis, a day in the future, or successors that do not fit kind and lines.
        WrongState: it or a successor is closed, or it ends with others below it and nobody in its place.
    """
    words = clean_reason(basis, _NO_BASIS)
    every = {one.pk: one for one in [*successors, *filter(None, [successor])]}
    # All in the order of their keys: two changes at once wait for each other and lock nobody up.
    found = {one.pk: one for one in Unit.objects.select_for_update().filter(pk__in=[unit.pk, *every]).order_by("pk")}
    locked = found[unit.pk]
    refuse_closed(locked)
    for one in every:
        refuse_closed(found[one])
    _check_successors(locked, kind, successor, every, effective_on)
    _move_lines(locked, successor, heirs or {})
    _move_routes(actor, locked, successor, heirs or {}, effective_on)
    locked.lifecycle, locked.closed_on = Lifecycle.CLOSED, effective_on
    locked.save(update_fields=["lifecycle", "closed_on"])
    return _note(actor, locked, kind, effective_on, words, successor, every.values())


def refuse_closed(unit: Unit) -> None:
    """Refuse when a unit is closed.

    Raises:
        WrongState: it is.
    """
    if unit.lifecycle == Lifecycle.CLOSED:
        raise WrongState(f"{unit.short_name}已经撤销。", rule="撤销以后不能恢复")


def _wrong_day(effective_on: date, last: UnitName | None) -> dict[str, list[str]]:
    if effective_on > clock.today():
        return {"effective_on": ["还没有到这一天，请到时再办"]}
    if last and effective_on <= last.valid_to + timedelta(days=1):
        return {"effective_on": [f"{last.valid_to:%Y-%m-%d} 以前的名称已经登记过"]}
    return {}


def _check_successors(
    unit: Unit, kind: ChangeKind, successor: Unit | None, every: Mapping[int, Unit], effective_on: date
) -> None:
    fields = _wrong_day(effective_on, None)
    if unit.pk in every:
        fields["successors"] = ["不能由它自己接办"]
    elif kind == ChangeKind.MERGED and len(every) != 1:
        fields["successors"] = ["并入的单位要选一个，只选一个"]
    elif kind == ChangeKind.SPLIT and len(every) < 2:
        fields["successors"] = ["分设后的单位至少要选两个"]
    elif every and successor is None:
        fields["successor"] = ["请选定一个默认的接办单位"]
    elif any(one.kind != unit.kind for one in every.values()):
        fields["successors"] = [f"接办单位必须同样是{unit.get_kind_display()}"]
    if fields:
        raise InvalidInput(f"{unit.short_name}没有变动，请改正后再提交。", fields=fields)


def _move_lines(unit: Unit, successor: Unit | None, heirs: Mapping[int, Unit]) -> None:
    """Put a successor in the unit's place for those below it and those that take part in it."""
    below = list(Unit.objects.select_for_update().filter(Q(parent=unit) | Q(participates_in=unit)).order_by("pk"))
    for one in below:
        heir = heirs.get(one.pk, successor)
        if heir is None:
            raise WrongState(
                f"{one.short_name}还挂在{unit.short_name}下面，没有接办单位不能撤销。", who="请选定接办单位"
            )
        if one.parent_id == unit.pk:
            # What is below its own heir, or stands as high, has that one's superior from now on.
            stands_below = LEVEL_ORDER.index(Level(heir.level)) > LEVEL_ORDER.index(Level(one.level))
            one.parent_id = heir.pk if stands_below and heir.pk != one.pk else unit.parent_id
        if one.participates_in_id == unit.pk:
            if heir.kind != UnitKind.COMMITTEE:
                raise InvalidInput(
                    f"{one.short_name}参加的单位必须是政协委员会。", fields={"successors": ["必须是政协委员会"]}
                )
            one.participates_in_id = heir.pk
        one.save(update_fields=["parent", "participates_in"])


def _move_routes(
    actor: Actor, unit: Unit, successor: Unit | None, heirs: Mapping[int, Unit], effective_on: date
) -> None:
    """End the explicit routes from and to the unit; who reported to it by one, or on terms, does so to the heir."""
    last = effective_on - timedelta(days=1)
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=effective_on)
    routes = Route.objects.select_for_update(of=("self",)).select_related("sender").filter(lasting)
    for route in routes.filter(Q(sender=unit) | Q(receiver=unit)).order_by("pk"):
        heir = heirs.get(route.sender_id, successor)
        if heir and route.receiver_id == unit.pk and heir.pk != route.sender_id and route.sender.is_open:
            opened = max(route.valid_from, effective_on)
            Route.objects.get_or_create(
                sender=route.sender,
                receiver=heir,
                body=None,
                kind=route.kind,
                valid_from=opened,
                defaults={
                    "valid_to": route.valid_to,
                    "shows_contacts": route.shows_contacts,
                    "basis": f"{unit.short_name}变动，由{heir.short_name}接办",
                    "opened_by": actor.label,
                },
            )
        route.valid_to = max(last, route.valid_from)
        route.save(update_fields=["valid_to"])
    for terms in RouteTerms.objects.filter(receiver=unit):
        heir = heirs.get(terms.sender_id, successor)
        if heir and heir.pk != terms.sender_id:
            same = {
                name: getattr(terms, name)
                for name in ("quota", "quota_period", "only_signed", "receipts_at_once", "sender_posts")
            }
            RouteTerms.objects.get_or_create(sender_id=terms.sender_id, receiver=heir, body=None, defaults=same)


def _note(
    actor: Actor,
    unit: Unit,
    kind: ChangeKind,
    effective_on: date,
    basis: str,
    successor: Unit | None = None,
    successors: Iterable[Unit] = (),
) -> UnitChange:
    change = UnitChange.objects.create(
        unit=unit,
        kind=kind,
        effective_on=effective_on,
        basis=basis,
        successor=successor,
        made_by=actor.label,
        made_at=clock.now(),
    )
    change.successors.set(successors)
    audit.record(
        actor=actor,
        action=f"units.unit.{kind}",
        object_kind="unit",
        object_id=unit.uuid,
        effective_on=effective_on.isoformat(),
        reason=basis,
        successors=[str(one.uuid) for one in successors],
    )
    return change
