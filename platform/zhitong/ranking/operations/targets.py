"""Writes over targets: what a unit sets for those below it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from zhitong.core import audit, clock, outbox, rows, text
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.ranking.models import Measure, Owed, Target
from zhitong.ranking.periods import Period
from zhitong.ranking.targets import stage_begins, stages_ahead
from zhitong.units.current import unit_in_force
from zhitong.units.models import Unit
from zhitong.units.queries import units_below

MOST = 100_000
BASIS_LIMIT = 200  # characters
_RULE = "目标任务由上级单位给下级单位和参加单位下达"


@operation("ranking.targets")
def set_targets(
    *, actor: Actor, numbers: Mapping[UUID, int], measure: Measure, period: Period, basis: str = ""
) -> list[Target]:
    """Set what units below owe in a period; the number that stood before is ended and stays in the history.

    Args:
        numbers: by the uuid of each unit; 0 ends what stood. A number that is the same as before changes nothing.
        measure: what counts.
        period: the days that it is owed in.
        basis: the decision it rests on, in words.

    Raises:
        InvalidInput: no number at all, one that is none, a unit that is not below, a basis that is too long.
        WrongState: the period has passed, or the unit is closed.
    """
    unit = unit_in_force()
    if not unit.is_open:
        raise WrongState("本单位已停用，档案只供查阅，不能再下达目标任务。")
    words = checked(numbers, period, basis)
    below = {one.uuid: one for one in units_below(unit).filter(uuid__in=list(numbers))}
    if set(numbers) - set(below):
        raise InvalidInput(
            "没有下达：有的单位不是本单位的下级。", rule=_RULE, fields={"units": ["请从列出的单位里选择。"]}
        )
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)  # two who set at once: one after the other
    first, last = period.first, period.last
    standing = Target.objects.filter(
        setter=unit, unit__uuid__in=list(numbers), measure=measure, first_day=first, last_day=last, ended_at=None
    )
    before = {row.unit_id: row for row in standing.select_for_update(of=("self",))}
    changed = {one for uuid, one in below.items() if numbers[uuid] != number_of(before.get(one.pk))}
    moment = clock.now()
    ended = [before[one.pk].pk for one in changed if one.pk in before]
    Target.objects.filter(pk__in=ended).update(ended_at=moment, ended_by=actor.label)
    made = [
        Target(
            setter=unit,
            unit=one,
            measure=measure,
            number=numbers[one.uuid],
            first_day=first,
            last_day=last,
            basis=words,
            set_at=moment,
            set_by=actor.label,
        )
        for one in sorted(changed, key=lambda each: each.pk)
        if numbers[one.uuid]
    ]
    Target.objects.bulk_create(made)
    if changed:
        _announce(actor, unit, made, measure, period, ended=len(ended))
    return made


def checked(numbers: Mapping[Any, int], period: Period, basis: str) -> str:
    """Return the basis, cleaned, of targets that can be set.

    Raises:
        InvalidInput: no number at all, one that is none, a basis that is too long or cannot be kept.
        WrongState: the period has passed.
    """
    if not numbers:
        raise InvalidInput("没有下达：还没有填任务数。", fields={"uniform": ["请填统一的任务数，或者逐个填写。"]})
    if any(not 0 <= number <= MOST for number in numbers.values()):
        raise InvalidInput("没有下达，请改正后再提交。", fields={"uniform": [f"任务数请填 0 到 {MOST:,} 的整数。"]})
    if period.last < clock.today():
        raise WrongState(f"{period.words}已经过去，不能再下达目标任务。", rule="目标任务在时段结束前下达或者调整")
    try:
        words = text.clean(basis)
    except ValueError as error:
        raise InvalidInput(f"依据：{error}", fields={"basis": [str(error)]}) from error
    if len(words) > BASIS_LIMIT:
        too_long = f"共 {len(words):,} 字，最多 {BASIS_LIMIT} 字，请删减。"
        raise InvalidInput(f"依据：{too_long}", fields={"basis": [too_long]})
    return words


def number_of(standing: Owed | None) -> int:
    """Return the number that stands; 0 without any."""
    return standing.number if standing else 0


def _announce(actor: Actor, unit: Unit, made: list[Target], measure: Measure, period: Period, *, ended: int) -> None:
    """Tell the units what they owe, and set the alarms of the stages at which who is behind is reminded."""
    ahead = [(stage, stage_begins(period, stage)) for stage in stages_ahead(period)]
    with rows.together():
        for target in made:
            named = {"target": str(target.uuid)}
            outbox.publish("ranking.target.set", named, unit_id=target.unit_id)
            for stage, at in ahead:
                outbox.publish("ranking.target.stage", {**named, "stage": stage}, unit_id=target.unit_id, at=at)
        for stage, at in ahead if made else ():
            asked = {"measure": str(measure), "first": f"{period.first}", "last": f"{period.last}", "stage": stage}
            outbox.publish("ranking.targets.stage", asked, unit_id=unit.pk, at=at)
        audit.record(
            actor=actor,
            action="ranking.targets.set",
            object_kind="unit",
            object_id=unit.uuid,
            measure=str(measure),
            period=period.code,
            numbers={str(target.unit.uuid): target.number for target in made},
            ended=ended,
        )
