"""People and items of desk tests: an office that adopts, a city that receives, a body outside."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tenants.accounts.models import User
from tenants.desk import operations as desk
from tenants.items.models import Item
from tenants.review import operations as review
from tenants.review.models import Task
from tests.factories import make_draft, make_user
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.exchange.models import AdoptionMode, Dispatch, EventKind
from zhitong.units.models import BodyKind, ExternalBody, Level, RouteKind, Unit
from zhitong.units.operations import open_route, register_body
from zhitong.units.queries import destinations

LEADING_POSTS = ["secretary", "vice_chair", "chair"]


@dataclass
class Office:
    """A unit with its people; `approved` makes an item that the whole review has passed."""

    unit: Unit
    author: User
    clerk: User
    leader: User
    reader: User

    def reviews_by(self, name: str, steps: list[dict[str, Any]]) -> None:
        """Let the unit review by this flow from now on."""
        with self.unit:
            review.publish_flow(
                actor=system(self.unit.pk), flow_code="main", name=name, definition={"steps": steps}, is_default=True
            )

    def submitted(self, **changes: Any) -> Item:
        """Return an item that waits for its first reviewer."""
        draft = make_draft(self.unit, self.author, **changes)
        with self.unit:
            review.submit(actor=self.author.actor, item_uuid=draft.uuid, version=draft.version)
            return Item.objects.get(pk=draft.pk)

    def approved(self, **changes: Any) -> Item:
        """Return an item that every post has passed."""
        item = self.submitted(**changes)
        with self.unit:
            self.pass_through(item)
            return Item.objects.get(pk=item.pk)

    def pass_through(self, item: Item, mode: AdoptionMode = AdoptionMode.SINGLE) -> None:
        """Let every holder pass the item; the unit must be in force."""
        while task := Task.objects.filter(run__item=item, state=Task.State.OPEN).first():
            review.decide_pass(actor=task.holder.actor, task_uuid=task.uuid, mode=mode)

    def send(self, item: Item, *names: str) -> list[Dispatch]:
        """Send an item to the receivers of these short names (all, without a name)."""
        with self.unit:
            to = [d.key for d in destinations(self.unit, clock.today()) if not names or d.name in names]
            return desk.send(actor=self.clerk.actor, item_uuid=item.uuid, version=item.version, to=to)

    def adopted_by(self, item: Item, body: ExternalBody, mode: AdoptionMode = AdoptionMode.SINGLE) -> None:
        """Send an item to a body outside and record that it adopted it."""
        self.send(item, body.short_name)
        with self.unit:
            desk.record_outcome(
                actor=self.clerk.actor, item_uuid=item.uuid, kind=EventKind.ADOPTED, mode=mode, body=body
            )


def people(unit: Unit, prefix: str) -> Office:
    """Return the office of a unit with its people, whose login names begin with the prefix."""
    return Office(
        unit=unit,
        author=make_user(unit, f"{prefix}liang", name="梁晓岚", groups=[("sector", "科技界")]),
        clerk=make_user(unit, f"{prefix}zhou", name="周敏", roles=["clerk"], posts=["research"]),
        leader=make_user(
            unit, f"{prefix}chen", name="陈立", roles=["leader"], posts=["secretary", "vice_chair", "chair"]
        ),
        reader=make_user(unit, f"{prefix}du", name="杜阅", roles=["reader"]),
    )


@pytest.fixture
def office(unit: Unit) -> Office:
    """南海区政协 with its people."""
    return people(unit, "a_")


@pytest.fixture
def city_office(city: Unit) -> Office:
    """佛山市政协 with its people."""
    return people(city, "b_")


@pytest.fixture
def body_of(unit: Unit) -> Callable[..., ExternalBody]:
    """A function that registers a body outside with a route from 南海."""

    def make(name: str, short_name: str, level: Level, kind: BodyKind) -> ExternalBody:
        body = register_body(actor=system(None), name=name, short_name=short_name, level=level, kind=kind)
        open_route(actor=system(None), sender=unit, body=body, kind=RouteKind.EXTERNAL, valid_from=clock.today())
        return body

    return make


@pytest.fixture
def city_party(body_of: Callable[..., ExternalBody]) -> ExternalBody:
    """市委: a body outside that 南海 reports to directly."""
    return body_of("中共佛山市委", "市委", Level.CITY, BodyKind.PARTY_OFFICE)
