"""The demo's handlings go through the operations that people use, and contradict nothing."""

from datetime import timedelta

import pytest

from tests.factories import make_user
from tests.tenants.desk.conftest import people
from tests.tenants.desk.test_verify import verify
from zhitong.core import clock
from zhitong.demo.handling import pass_on_lately
from zhitong.demo.world import World
from zhitong.exchange.models import Assignment, Satisfaction
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db


def test_three_items_are_passed_on_and_stand_differently(unit: Unit, party: Unit) -> None:
    office = people(unit, "a_")
    make_user(party, "p_he", roles=["clerk"])
    with clock.at(clock.now() - timedelta(days=20)):
        for title in ("甲", "乙", "丙"):
            office.approved(title=title)
    world = World(units={"nanhai": unit}, users={("nanhai", "clerk"): office.clerk})
    assert pass_on_lately(world) == 3
    assert sorted(Assignment.objects.values_list("state", flat=True)) == ["answered", "refusing", "sent", "working"]
    assert Satisfaction.objects.get().rating == "fairly"
    assert verify() == []
