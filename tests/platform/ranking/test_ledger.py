"""Ledger and standings against figures worked out by hand; what is reversed; what a second run changes."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from tests.platform.ranking.histories import full_way, publish, recompute
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.ranking import figures, queries
from zhitong.ranking.counting import WHAT
from zhitong.ranking.models import LedgerEntry, Standing
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db


def year_of(unit: Unit) -> Standing:
    return Standing.objects.get(unit=unit, month=0)


def test_one_item_through_all_levels(unit: Unit, city: Unit, province: Unit) -> None:
    rules = publish(province)
    full_way(unit, city, province)
    recompute(rules)
    # Province single 5, national merged 15; each contributor on the road gets the full price.
    # The province decided on the first itself and contributes to the national one only: 15.
    assert year_of(unit).points == Decimal(20)
    assert year_of(city).points == Decimal(20)
    assert year_of(province).points == Decimal(15)
    county = year_of(unit)
    assert (county.received, county.adopted, county.sent, county.higher) == (1, 1, 1, 1)
    assert (county.higher_city, county.higher_province, county.higher_national) == (1, 1, 1)
    middle = year_of(city)
    assert (middle.received, middle.adopted, middle.higher_city, middle.higher_province) == (1, 1, 0, 1)


def test_a_second_run_finds_no_difference(unit: Unit, city: Unit, province: Unit) -> None:
    rules = publish(province)
    full_way(unit, city, province)
    assert recompute(rules)
    assert recompute(rules) == []
    out = StringIO()
    call_command("ranking_recompute", stdout=out)
    assert "0 difference(s)" in out.getvalue()


def test_a_reversal_takes_back_points_and_counts_and_stays_visible(unit: Unit, city: Unit, province: Unit) -> None:
    rules = publish(province)
    _, event = full_way(unit, city, province)
    with province:
        exchange.reverse(actor=system(province.pk), event_uuid=event.uuid, reason="登记有误")
    recompute(rules)
    # Only the provincial single 5 is left; the national 15 stands as +15 and −15, neither counted.
    assert year_of(unit).points == Decimal(5)
    assert year_of(unit).higher_national == 0
    lines = LedgerEntry.objects.filter(subject_uuid=unit.uuid, counted=False).order_by("points")
    assert [line.points for line in lines] == [Decimal(-15), Decimal(15)]


def test_totals_of_the_ledger_and_lengths_of_lists_equal_the_standing(unit: Unit, city: Unit, province: Unit) -> None:
    rules = publish(province)
    full_way(unit, city, province)
    recompute(rules)
    today = clock.today()
    for row in Standing.objects.select_related("unit").filter(month__in=(0, today.month)):
        when = Period.of_month(row.year, row.month) if row.month else Period.of_year(row.year)
        counted = [line.points for line in queries.entries(rules, row.unit, when) if line.counted]
        assert sum(counted) == row.points
        for what in WHAT:
            assert figures.facts(when, what, [row.unit_id]).count() == getattr(row, what), (row.unit, what)
