"""People of handling tests: 南海 passes an adopted item on, to a unit of the platform and to a department outside."""

from dataclasses import dataclass
from typing import Any

import pytest

from tenants.accounts.models import User
from tenants.handling import operations
from tenants.handling.operations import Named, PassedOn
from tenants.items.models import Item
from tests.factories import make_user
from tests.tenants.desk.conftest import Office, people
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Assignment, Event, EventKind, Visibility
from zhitong.units.models import Unit

BUREAU = Named("区住建局", "王建国", "13912345678")
WORDS = "请区住建局研究提出办法"


@dataclass
class World:
    """南海's office with its adopted item and a leader's instruction on it, and the clerk of the party that handles."""

    office: Office
    item: Item
    instruction: Event
    party: Unit
    handler: User

    def pass_on(self, **changes: Any) -> PassedOn:
        """Let 南海's clerk pass the item on, by the instruction, to the party."""
        given: dict[str, Any] = {
            "item_uuid": self.item.uuid,
            "request": "请研究办理",
            "lead": Named(self.party.short_name),
            "days": 20,
            "instruction_uuid": self.instruction.uuid,
            **changes,
        }
        with self.office.unit:
            return operations.pass_on(actor=self.office.clerk.actor, **given)

    def to_party(self, **changes: Any) -> Assignment:
        """Pass it on to the party and return its part."""
        return self.pass_on(**changes).handling.assignments.get(role="lead")

    def to_bureau(self, **changes: Any) -> tuple[Assignment, str, str]:
        """Pass it on to the bureau outside and return its part with the link's path and the code."""
        made = self.pass_on(lead=BUREAU, **changes)
        [(assignment, issued)] = made.links
        return assignment, f"/handling/answer/{issued.token}/", issued.code


@pytest.fixture
def office(unit: Unit) -> Office:
    """南海区政协 with its people."""
    return people(unit, "a_")


@pytest.fixture
def world(office: Office, party: Unit) -> World:
    """The item, adopted, with a vice mayor's words on it."""
    item = office.approved()
    with office.unit:
        instruction = exchange.record(
            actor=office.clerk.actor,
            item_uuid=item.uuid,
            kind=EventKind.INSTRUCTION,
            leader="李副区长",
            leader_rank="county",
            words=WORDS,
            visibility=Visibility.FACT,
        )
    handler = make_user(party, "p_he", name="何静", roles=["clerk"])
    return World(office, item, instruction, party, handler)
