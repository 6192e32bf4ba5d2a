"""When a notice is due in the mail: rhythms, the hour of a digest, quiet hours over midnight, what is urgent."""

from dataclasses import replace
from datetime import datetime, time

import pytest

from tenants.notices.models import MailRule, Occasion, Rhythm
from tenants.notices.plans import HOUSE, plan_of, unit_plan
from zhitong.core import clock

NEVER_QUIET = replace(HOUSE, quiet_from=None, quiet_to=None)


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=clock.SHANGHAI)


@pytest.mark.parametrize(
    ("occasion", "happens", "due"),
    [
        (Occasion.RESULT, "2026-03-04 12:00", "2026-03-04 12:00"),
        (Occasion.RESULT, "2026-03-04 21:59", "2026-03-04 21:59"),
        (Occasion.RESULT, "2026-03-04 22:00", "2026-03-05 07:00"),
        (Occasion.RESULT, "2026-03-05 00:30", "2026-03-05 07:00"),
        (Occasion.RESULT, "2026-03-05 07:00", "2026-03-05 07:00"),
        (Occasion.STEP, "2026-03-04 07:59", "2026-03-04 08:00"),
        (Occasion.STEP, "2026-03-04 08:00", "2026-03-05 08:00"),
    ],
)  # fmt: skip
def test_what_the_house_says(occasion: Occasion, happens: str, due: str) -> None:
    assert HOUSE.due(occasion, at(happens)) == at(due)


@pytest.mark.parametrize(
    ("happens", "due"),
    [
        ("2026-03-01 09:00", "2026-03-02 08:00"),  # Sunday, Monday
        ("2026-03-02 07:00", "2026-03-02 08:00"),
        ("2026-03-02 08:00", "2026-03-09 08:00"),
        ("2026-12-29 09:00", "2027-01-04 08:00"),
    ],
)
def test_a_week_ends_on_monday(happens: str, due: str) -> None:
    weekly = replace(HOUSE, rhythms={**HOUSE.rhythms, Occasion.STEP: Rhythm.WEEKLY})
    assert weekly.due(Occasion.STEP, at(happens)) == at(due)


def test_quiet_hours_of_a_day_and_digests_that_fall_into_them() -> None:
    siesta = replace(HOUSE, quiet_from=time(12), quiet_to=time(14), digest_hour=13)
    assert siesta.due(Occasion.TASK, at("2026-03-04 11:59")) == at("2026-03-04 11:59")
    assert siesta.due(Occasion.TASK, at("2026-03-04 12:30")) == at("2026-03-04 14:00")
    assert siesta.due(Occasion.TASK, at("2026-03-04 14:00")) == at("2026-03-04 14:00")
    assert siesta.due(Occasion.STEP, at("2026-03-04 09:00")) == at("2026-03-04 14:00")
    assert NEVER_QUIET.due(Occasion.TASK, at("2026-03-04 03:00")) == at("2026-03-04 03:00")


def test_what_is_urgent_passes_where_the_unit_says_so_and_never_means_never() -> None:
    passing = replace(HOUSE, urgent_passes=True)
    night = at("2026-03-04 23:00")
    assert HOUSE.due(Occasion.RESULT, night, urgent=True) == at("2026-03-05 07:00")
    assert passing.due(Occasion.RESULT, night, urgent=True) == night
    assert passing.due(Occasion.STEP, night, urgent=True) == night
    assert passing.due(Occasion.RESULT, night) == at("2026-03-05 07:00")
    silent = replace(passing, rhythms=dict.fromkeys(Occasion, Rhythm.NEVER))
    assert silent.due(Occasion.RESULT, night, urgent=True) is None


def test_a_reader_says_some_and_the_unit_the_rest() -> None:
    assert unit_plan(None) == HOUSE
    office = MailRule(
        rhythms={"task": "daily"},
        digest_hour=17,
        own_quiet=True,
        quiet_from=time(20),
        quiet_to=time(6),
        urgent_passes=True,
    )
    unit = unit_plan(office)
    assert unit.rhythms == {**HOUSE.rhythms, Occasion.TASK: Rhythm.DAILY}
    assert (unit.digest_hour, unit.quiet_from, unit.urgent_passes) == (17, time(20), True)
    assert plan_of(unit, None) == unit
    mine = plan_of(unit, MailRule(rhythms={"step": "never"}, own_quiet=True))
    assert mine.rhythms == {**unit.rhythms, Occasion.STEP: Rhythm.NEVER}
    assert (mine.digest_hour, mine.quiet_from, mine.quiet_to, mine.urgent_passes) == (17, None, None, True)
    # The word on what is urgent is the unit's; a reader's row says nothing about it.
    assert plan_of(HOUSE, MailRule(urgent_passes=True)).urgent_passes is False
