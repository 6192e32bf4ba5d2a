"""Targets that a unit sets for its own circles and people."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q

from tenants.accounts.models import Group, MemberKind, User
from tenants.duties.models import OwnTarget
from zhitong.core import audit, clock, outbox
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.ranking.models import Measure, Owed
from zhitong.ranking.operations.targets import checked, number_of
from zhitong.ranking.periods import Period
from zhitong.ranking.targets import stage_begins, stages_ahead
from zhitong.units.current import unit_in_force
from zhitong.units.models import Unit

# A circle's points would need a rule set of the unit for circles; its items are counted wherever it is named.
GROUP_MEASURES = (Measure.RECEIVED, Measure.ADOPTED, Measure.HIGHER)
PERSON_MEASURES = (Measure.RECEIVED, Measure.ADOPTED, Measure.HIGHER, Measure.POINTS)


@operation("duties.manage")
def set_group_targets(
    *, actor: Actor, numbers: Mapping[str, int], measure: Measure, period: Period, basis: str = ""
) -> list[OwnTarget]:
    """Set what circles of the unit owe in a period, by the circles' names; 0 ends what stood.

    Raises:
        InvalidInput: no number, one that is none, something that circles are not measured by, a basis that is too long.
        NotFound: no such circle.
        WrongState: the period has passed, or the unit is closed.
    """
    _check_measure(measure, GROUP_MEASURES)
    words = checked(numbers, period, basis)
    if set(numbers) - set(Group.objects.filter(name__in=list(numbers)).values_list("name", flat=True)):
        raise NotFound
    wanted = [(OwnTarget(group_name=name), number) for name, number in sorted(numbers.items())]
    return _set(actor, wanted, measure, period, words)


@operation("duties.manage")
def set_person_targets(
    *, actor: Actor, numbers: Mapping[UUID, int], measure: Measure, period: Period, basis: str = ""
) -> list[OwnTarget]:
    """Set what people of the unit who report owe in a period, by their accounts; 0 ends what stood.

    Raises:
        InvalidInput: no number, one that is none, a basis that is too long.
        NotFound: no such account, or of somebody who does not report.
        WrongState: the period has passed, or the unit is closed.
    """
    _check_measure(measure, PERSON_MEASURES)
    words = checked(numbers, period, basis)
    users = {user.uuid: user for user in User.objects.filter(uuid__in=list(numbers), is_active=True)}
    if set(numbers) - set(users) or any(user.member_kind == MemberKind.STAFF for user in users.values()):
        raise NotFound
    wanted = [(OwnTarget(user=users[uuid]), number) for uuid, number in numbers.items()]
    return _set(actor, sorted(wanted, key=lambda one: one[0].user_id or 0), measure, period, words)


def _check_measure(measure: Measure, allowed: Iterable[Measure]) -> None:
    if measure not in allowed:
        raise InvalidInput("没有下达，请改正后再提交。", fields={"measure": ["列表里没有这一项，请重新选择。"]})


def _set(
    actor: Actor, wanted: list[tuple[OwnTarget, int]], measure: Measure, period: Period, basis: str
) -> list[OwnTarget]:
    unit = unit_in_force()
    if not unit.is_open:
        raise WrongState("本单位已停用，档案只供查阅，不能再下达目标任务。")
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)  # two who set at once: one after the other
    names, users = [one.group_name for one, _ in wanted], [one.user_id for one, _ in wanted]
    standing = OwnTarget.objects.filter(
        Q(group_name__in=[name for name in names if name]) | Q(user__in=[user for user in users if user]),
        measure=measure,
        first_day=period.first,
        last_day=period.last,
        ended_at=None,
    )
    before: dict[tuple[str, int | None], Owed] = {
        (row.group_name, row.user_id): row for row in standing.select_for_update()
    }
    changed = [
        (one, number) for one, number in wanted if number != number_of(before.get((one.group_name, one.user_id)))
    ]
    moment = clock.now()
    ended = [before[key].pk for one, _ in changed if (key := (one.group_name, one.user_id)) in before]
    OwnTarget.objects.filter(pk__in=ended).update(ended_at=moment, ended_by=actor.label)
    made = [one for one, number in changed if number]
    for one, number in changed:
        one.measure, one.number, one.basis = measure, number, basis
        one.first_day, one.last_day, one.set_at, one.set_by = period.first, period.last, moment, actor.label
    OwnTarget.objects.bulk_create(made)
    if not changed:
        return made
    asked = {"measure": str(measure), "first": f"{period.first}", "last": f"{period.last}"}
    for stage in stages_ahead(period) if made else ():
        at = stage_begins(period, stage)
        outbox.publish("duties.targets.stage", {**asked, "stage": stage}, unit_id=unit.pk, at=at)
    audit.record(
        actor=actor,
        action="duties.targets.set",
        object_kind="unit",
        object_id=unit.uuid,
        measure=str(measure),
        period=period.code,
        set=len(made),
        ended=len(ended),
    )
    return made
