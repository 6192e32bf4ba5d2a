"""A province, a city and two counties with what they did last month, and the circular of that month."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tenants.circulars import operations as circulars
from tenants.circulars.models import Circular
from tenants.review import operations as review
from tenants.review.models import Task
from tests.platform.ranking import histories
from tests.tenants.desk.conftest import Office, people
from zhitong.core import clock
from zhitong.exchange.models import EventKind, Paper
from zhitong.ranking.models import RuleSet
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit


@dataclass
class Stage:
    """The offices, the rules, the month that is over, and an item of the county in it."""

    province: Office
    city: Office
    county: Office
    neighbour: Office
    rules: RuleSet
    when: Period
    item: UUID

    @property
    def mid_month(self) -> datetime:
        """A moment within the month."""
        return clock.start_of(self.when.first + timedelta(days=14)) + timedelta(hours=10)

    def begun(self, office: Office | None = None) -> Circular:
        """Return the circular of the month, begun by an office's clerk (the city's)."""
        office = office or self.city
        with office.unit:
            return circulars.begin(actor=office.clerk.actor, when=self.when)

    def handed_in(self, circular: Circular, office: Office | None = None) -> None:
        """Send it for sign-off."""
        office = office or self.city
        with office.unit:
            circular.item.refresh_from_db()
            circulars.hand_in(actor=office.clerk.actor, circular_uuid=circular.uuid, version=circular.item.version)

    def signed(self, circular: Circular, office: Office | None = None) -> Circular:
        """Send it for sign-off and let every post pass it."""
        office = office or self.city
        self.handed_in(circular, office)
        with office.unit:
            while task := Task.objects.filter(run__item=circular.item, state=Task.State.OPEN).first():
                review.decide_pass(actor=task.holder.actor, task_uuid=task.uuid)
            return Circular.objects.select_related("item", "replaces__item").get(pk=circular.pk)

    def published(self, circular: Circular, office: Office | None = None, *to: Unit) -> Paper:
        """Have it signed and sent down (to the county and its neighbour)."""
        office = office or self.city
        self.signed(circular, office)
        below = to or (self.county.unit, self.neighbour.unit)
        with office.unit:
            return circulars.publish(
                actor=office.clerk.actor, circular_uuid=circular.uuid, to=[unit.uuid for unit in below]
            )

    def later_instruction(self) -> None:
        """Record an instruction of that month on the county's item, which nobody had entered before."""
        with clock.at(self.mid_month):
            histories.outcome(self.county.unit, self.item, EventKind.INSTRUCTION, leader_rank="county")
        self.recompute()

    def recompute(self) -> None:
        """Count and score the year of the month anew."""
        histories.recompute(self.rules, self.when.last.year)


@pytest.fixture
def stage(province: Unit, city: Unit, unit: Unit, stranger: Unit) -> Stage:
    """广东, 佛山, 南海 whose one item everybody adopted last month, and 禅城 that sent nothing."""
    offices = [people(one, f"{letter}_") for letter, one in zip("pcna", (province, city, unit, stranger), strict=True)]
    today = clock.today()
    when = Period.of_month(today.year, today.month).before
    rules = histories.publish(province)
    found = Stage(*offices, rules, when, UUID(int=0))
    with clock.at(found.mid_month):
        item, _ = histories.full_way(unit, city, province)
    found = replace(found, item=item)
    found.recompute()
    return found
