"""What somebody who owes something should have done by a day, and when they are reminded: by hand."""

from datetime import date, datetime
from decimal import Decimal

from zhitong.core import clock
from zhitong.ranking.periods import Period
from zhitong.ranking.targets import Progress, Stage, stage_begins, stages_ahead

YEAR = Period.of_year(2026)


def test_what_should_be_done_is_the_share_of_the_days_that_passed_rounded_down() -> None:
    def expected(number: int, on: date) -> int:
        return Progress(number, Decimal(), YEAR, on).expected

    assert expected(60, date(2025, 12, 31)) == 0
    assert expected(60, date(2026, 7, 2)) == 30  # 183 of 365 days, 30.08
    assert expected(60, date(2026, 7, 1)) == 29  # 182 of 365 days, 29.9
    assert expected(1, date(2026, 12, 30)) == 0  # who owes one piece a year is in time to the last day
    assert expected(1, date(2026, 12, 31)) == 1
    assert expected(60, date(2027, 3, 1)) == 60


def test_who_is_behind_by_how_much() -> None:
    def progress(done: str, on: date) -> Progress:
        return Progress(60, Decimal(done), YEAR, on)

    late = progress("22.5", date(2026, 7, 2))
    assert (late.behind, late.is_met, late.is_over) == (Decimal("7.5"), False, False)
    assert progress("30", date(2026, 7, 2)).behind == 0
    assert progress("45", date(2026, 7, 2)).behind == 0
    assert progress("59", date(2027, 1, 1)).behind == 1
    assert progress("72", date(2026, 7, 2)).is_met
    assert (progress("72", date(2026, 7, 2)).share, progress("72", date(2026, 7, 2)).rate) == (100, 120)
    assert progress("15", date(2026, 7, 2)).expected_share == 50


def test_the_stages_of_a_period() -> None:
    # 365 days: half begins on day 182, three quarters on day 273; the end on the day after.
    assert stage_begins(YEAR, Stage.HALF) == datetime(2026, 7, 2, 8, tzinfo=clock.SHANGHAI)
    assert stage_begins(YEAR, Stage.LATE) == datetime(2026, 10, 1, 8, tzinfo=clock.SHANGHAI)
    assert stage_begins(YEAR, Stage.ENDED) == datetime(2027, 1, 1, 8, tzinfo=clock.SHANGHAI)
    with clock.at(datetime(2026, 7, 2, 9, tzinfo=clock.SHANGHAI)):
        assert stages_ahead(YEAR) == [Stage.LATE, Stage.ENDED]
    with clock.at(datetime(2027, 1, 1, 9, tzinfo=clock.SHANGHAI)):
        assert stages_ahead(YEAR) == []
