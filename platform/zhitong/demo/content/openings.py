"""The open work on the desks of 南海 and 佛山: one report at each stage, a late one, a returned one, drafts."""

from datetime import date, timedelta

from zhitong.demo.content.days import is_working_day
from zhitong.demo.content.seeds import OpenWork


def working_days_before(day: date, count: int) -> date:
    """The working day `count` working days before `day`, not before the year of `day`."""
    first = date(day.year, 1, 1)
    while count and day > first:
        day -= timedelta(days=1)
        if is_working_day(day):
            count -= 1
    return day


def open_works(today: date) -> tuple[tuple[date, OpenWork], ...]:
    """Day of submission (of last edit for a draft) and where the report lies, as seen on `today`."""

    def ago(count: int) -> date:
        return working_days_before(today, count)

    return (
        (ago(0), OpenWork("in_review", ago(0), "研究室")),
        (ago(1), OpenWork("in_review", ago(1), "研究室")),
        (ago(4), OpenWork("in_review", ago(1), "秘书长")),
        (ago(16), OpenWork("in_review", ago(11), "秘书长", late=True)),
        (ago(6), OpenWork("in_review", ago(2), "分管副主席")),
        (ago(8), OpenWork("in_review", ago(1), "主席")),
        (
            ago(5),
            OpenWork("returned", ago(2), note="情况反映部分缺少具体数据，请补充涉及的户数和时间后再报。"),
        ),
        (ago(3), OpenWork("draft", ago(3))),
        (ago(0), OpenWork("draft", ago(0))),
    )
