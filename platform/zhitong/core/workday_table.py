"""The province's table of days over the published calendar: a coming year before its notice, a day decided anew."""

from datetime import date, timedelta

from django.db.models import Count, QuerySet

from zhitong.core import audit
from zhitong.core.errors import InvalidInput
from zhitong.core.models import WorkdayOverride
from zhitong.core.operations import Actor, operation
from zhitong.core.reasons import clean_reason

_LONGEST = 31  # days set in one go: more is a slip of the pen in a date
_WORDS = 80  # characters of a reason
_OPERATE = "platform.operate"


@operation(_OPERATE)
def set_days(*, actor: Actor, first: date, last: date, is_working: bool, reason: str) -> int:
    """Say of each day from `first` through `last` whether offices work; what was said of it before is replaced.

    Limits counted from now on go by it, in every unit; a limit that is set already stays until its clock is set anew.

    Returns:
        The number of days.

    Raises:
        InvalidInput: `last` lies before `first`, more than 31 days; no reason, or one of more than 80 characters.
    """
    words = _reason(reason, "请写明是什么日子，例如春节、调休上班、台风停工。")
    rows = [WorkdayOverride(day=day, is_working=is_working, reason=words) for day in _days(first, last)]
    WorkdayOverride.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["day"], update_fields=["is_working", "reason"]
    )
    _record(actor, "set", first, last, working=is_working, reason=words)
    return len(rows)


@operation(_OPERATE)
def drop_days(*, actor: Actor, first: date, last: date, reason: str) -> int:
    """Leave the days from `first` through `last` to the published calendar again; return how many stood in the table.

    Raises:
        InvalidInput: as `set_days`; or none of them stands in the table.
    """
    words = _reason(reason, "请写明为什么删去，例如放假安排已经公布、登错了。")
    days = _days(first, last)
    dropped, _ = WorkdayOverride.objects.filter(day__range=(days[0], days[-1])).delete()
    if not dropped:
        message = "这几天不在表里，没有可以删去的。"
        raise InvalidInput(message, fields={"first": [message]})
    _record(actor, "dropped", first, last, reason=words)
    return dropped


def days_of_year(year: int) -> QuerySet[WorkdayOverride]:
    """Return the days of a year that stand in the table, in order."""
    return WorkdayOverride.objects.filter(day__year=year).order_by("day")


def counts_by_year() -> dict[int, int]:
    """Return how many days of each year stand in the table; years without any are absent."""
    counted = WorkdayOverride.objects.values_list("day__year").annotate(Count("day")).order_by("day__year")
    return dict(counted)


def _reason(reason: str, missing: str) -> str:
    words = clean_reason(reason, missing)
    if len(words) > _WORDS:
        message = f"理由共 {len(words)} 字，最多 {_WORDS} 字，请删减。"
        raise InvalidInput(message, fields={"reason": [message]})
    return words


def _days(first: date, last: date) -> list[date]:
    count = (last - first).days + 1
    if not 1 <= count <= _LONGEST:
        message = f"请填写 1 到 {_LONGEST} 天，现在是 {count} 天。"
        raise InvalidInput(message, fields={"last": [message]})
    return [first + timedelta(days=n) for n in range(count)]


def _record(actor: Actor, what: str, first: date, last: date, **data: bool | str) -> None:
    audit.record(
        actor=actor, action=f"core.calendar.{what}", object_kind="day", object_id=first.isoformat(),
        last=last.isoformat(), **data,
    )  # fmt: skip
