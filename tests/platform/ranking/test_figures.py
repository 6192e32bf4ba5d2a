"""Periods, and the one place of numbers: counts, their lists and parts for any period."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from tests.platform.ranking.histories import full_way, new_item, outcome, publish, recompute, send_up
from zhitong.core import clock
from zhitong.core.errors import NotFound
from zhitong.exchange.models import ItemFact
from zhitong.ranking import figures
from zhitong.ranking.counting import WHAT, Counts
from zhitong.ranking.figures import Dimension
from zhitong.ranking.models import CountedItem, Standing, SubjectKind
from zhitong.ranking.periods import Kind, Period, read_period
from zhitong.units.models import Unit

TODAY = clock.today()


@pytest.mark.parametrize(
    ("code", "words", "kind", "last", "before", "year_before"),
    [
        ("2025", "2025 年", Kind.YEAR, date(2025, 12, 31), "2024", "2024"),
        ("2025-H2", "2025 年下半年", Kind.HALF, date(2025, 12, 31), "2025-H1", "2024-H2"),
        ("2025-H1", "2025 年上半年", Kind.HALF, date(2025, 6, 30), "2024-H2", "2024-H1"),
        ("2025-Q1", "2025 年第一季度", Kind.QUARTER, date(2025, 3, 31), "2024-Q4", "2024-Q1"),
        ("2025-Q4", "2025 年第四季度", Kind.QUARTER, date(2025, 12, 31), "2025-Q3", "2024-Q4"),
        ("2025-01", "2025 年 1 月", Kind.MONTH, date(2025, 1, 31), "2024-12", "2024-01"),
        ("2024-12", "2024 年 12 月", Kind.MONTH, date(2024, 12, 31), "2024-11", "2023-12"),
        ("2024-02", "2024 年 2 月", Kind.MONTH, date(2024, 2, 29), "2024-01", "2023-02"),
        (
            "2025-01-05..2025-03-15", "2025 年 1 月 5 日至 3 月 15 日", Kind.RANGE, date(2025, 3, 15),
            "2024-10-27..2025-01-04", "2024-01-05..2024-03-15",
        ),
        (
            "2024-02-29..2025-01-01", "2024 年 2 月 29 日至 2025 年 1 月 1 日", Kind.RANGE, date(2025, 1, 1),
            "2023-04-27..2024-02-28", "2023-02-28..2024-01-01",
        ),
    ],
)  # fmt: skip
def test_a_period_has_a_code_words_and_what_it_is_compared_with(
    code: str, words: str, kind: Kind, last: date, before: str, year_before: str
) -> None:
    period = read_period({"period": code})
    found = (period.code, period.words, period.kind, period.last, period.before.code, period.year_before.code)
    assert found == (code, words, kind, last, before, year_before)


def test_a_form_sends_year_and_part_and_nothing_is_the_present_year() -> None:
    assert read_period({"year": "2025", "part": "Q2"}) == Period.of_quarter(2025, 2)
    assert read_period({"year": "2025", "part": ""}) == Period.of_year(2025)
    assert read_period({}) == Period.of_year(TODAY.year)


@pytest.mark.parametrize(
    "code",
    [
        "2025-13", "2025-00", "2025-Q5", "2025-Q0", "2025-H3", "1900", f"{TODAY.year + 1}", "x", "2025-", "0000",
        "二〇二五", "٢٠٢٥", "2025-02-30..2025-03-01", "2025-03-02..2025-03-01", "2025-01-01..", "..", "2025-01-01..x",
    ],
)  # fmt: skip
def test_what_is_no_period_is_not_there(code: str) -> None:
    with pytest.raises(NotFound):
        read_period({"period": code})


@pytest.mark.django_db
def test_counts_their_lists_and_parts_are_the_same_rows(unit: Unit, city: Unit, province: Unit) -> None:
    rules = publish(province)
    person = {"person": str(UUID(int=7)), "name": "甲", "rank": "", "kind": "member"}
    full_way(unit, city, province)
    ago = (TODAY - date(TODAY.year - 1, 11, 20)).days
    old = send_up(unit, new_item(unit, "南〔2025〕1号", authors=[person], days_ago=ago), city, "佛〔2025〕1号", ago)
    outcome(city, old, occurred_on=date(TODAY.year - 1, 12, 1))
    outcome(city, send_up(unit, new_item(unit, "南〔2026〕7号", authors=[person]), city, "佛〔2026〕7号"))
    for year in (TODAY.year - 1, TODAY.year):
        recompute(rules, year)
    both = Period(date(TODAY.year - 1, 1, 1), TODAY)
    for when in (Period.of_year(TODAY.year), Period.of_quarter(TODAY.year - 1, 4), Period.of_month(2025, 12), both):
        for unit_id, counts in figures.counts(when).items():
            for what in WHAT:
                assert figures.facts(when, what, [unit_id]).count() == getattr(counts, what)
        total = figures.total(when, [unit.pk])
        for by in (Dimension.CATEGORY, Dimension.SOURCE, Dimension.SUBMITTER_KIND, Dimension.GROUP, Dimension.URGENCY):
            assert figures.sum_of(figures.breakdown(when, [unit.pk], by).values()) == total
    months = figures.breakdown(both, [unit.pk], Dimension.MONTH)
    assert (months["2025-11"].received, months["2025-12"].higher_city) == (1, 1)
    assert figures.by_person(both, [unit.pk]) == {UUID(int=7): figures.by_person(both, [unit.pk])[UUID(int=7)]}
    assert figures.by_person(both, [unit.pk])[UUID(int=7)].received == 2
    assert figures.total(Period.of_quarter(TODAY.year - 1, 1)) == Counts()


@pytest.mark.django_db
def test_any_period_ranks_as_the_ledger_has_it(unit: Unit, city: Unit, province: Unit, stranger: Unit) -> None:
    rules = publish(province)
    full_way(unit, city, province)
    new_item(stranger, "禅〔2026〕1号")
    recompute(rules)
    kept = {row.unit_id: row for row in figures.standings(rules, Period.of_year(TODAY.year))}
    made_up = figures.standings(rules, Period(date(TODAY.year, 1, 1), TODAY))
    assert {row.unit_id for row in made_up} == set(kept)
    for row in made_up:
        same = kept[row.unit_id]
        assert (row.points, row.rank, row.received, row.higher) == (same.points, same.rank, same.received, same.higher)
    assert figures.points(rules, Period.of_year(TODAY.year), SubjectKind.UNIT)[unit.uuid] == Decimal(20)
    assert Standing.objects.count() == 13 * len(kept)


@pytest.mark.django_db
def test_what_no_longer_counts_goes(unit: Unit, city: Unit, province: Unit) -> None:
    rules = publish(province)
    full_way(unit, city, province)
    recompute(rules)
    there = set(CountedItem.objects.values_list("pk", flat=True))
    assert there
    ItemFact.objects.filter(unit=unit).update(submitted_on=date(TODAY.year - 1, 1, 1))
    recompute(rules)
    gone = there - set(CountedItem.objects.values_list("pk", flat=True))
    assert len(gone) == 1  # the county's report came in last year; all other rows are the ones that were there
