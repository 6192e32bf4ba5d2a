"""When a task is due, and in words why: working days of the Chinese calendar, or hours for urgent items."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import chinese_calendar

from tenants.items.models import Urgency
from tenants.review.definition import Step
from zhitong.core import clock, workdays

_SATURDAY = 5
_HOLIDAYS = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午",
    "National Day": "国庆",
    "Mid-autumn Festival": "中秋",
}


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline (aware; None when the step has no limit) and the words behind it."""

    at: datetime | None
    why: str


NO_LIMIT = Due(None, "不限时")


def due_of(step: Step, urgency: str, start: datetime) -> Due:
    """Return when a task of `step` opened at `start` is due. Urgent items take the hours where a step gives some."""
    if step.limit_hours and in_hours(step, urgency):
        word = "紧急件 " if urgency == Urgency.URGENT else ""
        return Due(start + timedelta(hours=step.limit_hours), f"{word}{step.limit_hours} 小时")
    if not step.limit_days:
        return NO_LIMIT
    calendar = workdays.calendar()
    at = calendar.add(start, step.limit_days)
    return Due(at, f"{step.limit_days} 个工作日{detours(calendar, clock.local_date(start), clock.local_date(at))}")


def in_hours(step: Step, urgency: str) -> bool:
    """Return whether the limit of `step` counts in hours for an item of this urgency, and not in working days."""
    return bool(step.limit_hours) and (urgency == Urgency.URGENT or not step.limit_days)


def remind_before(step: Step, urgency: str, start: datetime, due: datetime) -> datetime:
    """Return when the holder is reminded: the step's hours before the limit, else a day (of hours: a quarter)."""
    if step.remind_hours:
        return due - timedelta(hours=step.remind_hours)
    return due - (due - start) / 4 if in_hours(step, urgency) else due - timedelta(days=1)


def resumed(step: Step, urgency: str, left_of: tuple[datetime | None, datetime], start: datetime, why: str) -> Due:
    """Return the limit of a clock that stood and goes on at `start`: what was left then is left now.

    Args:
        left_of: the limit before, and when the clock was stopped. A limit that had passed by then stays passed.
        why: what the clock waited for, in words.
    """
    due, stopped = left_of
    if due is None:
        return NO_LIMIT
    if due <= stopped:
        return Due(due, f"{why}前已超期")
    if in_hours(step, urgency):
        return Due(due + (start - stopped), f"{why}期间停表，顺延")
    calendar = workdays.calendar()
    days = calendar.between(clock.local_date(stopped), clock.local_date(due))
    at = calendar.add(start, days)
    longer = detours(calendar, clock.local_date(start), clock.local_date(at))
    return Due(at, f"{why}期间停表，还余 {days} 个工作日{longer}")


def limit_words(step: Step, urgency: str) -> str:
    """Return a step's limit in words before it has opened: `2 个工作日`, `4 小时`, empty without one."""
    if in_hours(step, urgency):
        return f"{step.limit_hours} 小时"
    return f"{step.limit_days} 个工作日" if step.limit_days else ""


def urge_pause(urgency: str) -> timedelta:
    """Return how long after an urging one may urge again."""
    return timedelta(hours=1 if urgency == Urgency.URGENT else 4)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a limit: which of the days that count it is (0: none), and why or why not where that is not plain."""

    day: date
    number: int
    word: str

    @property
    def counts(self) -> bool:
        """Whether offices work on that day."""
        return self.number > 0


def days_of(start: date, end: date) -> list[Day]:
    """Return the days after `start` through `end`, each with whether offices work: 端午, 周六, 调休上班."""
    calendar = workdays.calendar()
    found: list[Day] = []
    worked = 0
    for n in range(1, (end - start).days + 1):
        day = start + timedelta(days=n)
        works = calendar.works(day)
        worked += works
        found.append(Day(day, worked if works else 0, _word(calendar, day)))
    return found


def _word(calendar: workdays.Calendar, day: date) -> str:
    reason = calendar.reasons.get(day)
    if reason:
        return reason
    if calendar.works(day):
        return "调休上班" if day.weekday() >= _SATURDAY else ""
    name = _holiday(calendar, day)
    if name or day.weekday() < _SATURDAY:
        return name or "放假"
    return "周六" if day.weekday() == _SATURDAY else "周日"


def detours(calendar: workdays.Calendar, start: date, end: date) -> str:
    """Return in words what lengthens the way from one day to another: ，端午顺延，含调休上班日; empty without any."""
    days = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    names = dict.fromkeys(name for day in days if (name := _holiday(calendar, day)))
    words = [f"{name}顺延" for name in names]
    if any(day.weekday() >= _SATURDAY and calendar.works(day) for day in days):
        words.append("含调休上班日")
    if not all(calendar.knows(day) for day in days):
        words.append("来年日历未公布，先按周一至周五算")
    return "".join(f"，{word}" for word in words)


def _holiday(calendar: workdays.Calendar, day: date) -> str:
    if calendar.works(day):
        return ""
    if day in calendar.reasons:
        return calendar.reasons[day]
    if not workdays.is_published(day):
        return ""
    return _HOLIDAYS.get(chinese_calendar.get_holiday_detail(day)[1] or "", "")
