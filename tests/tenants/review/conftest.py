"""People and items of review tests: one holder a post, an author, and an item on its way."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.db.models import F

from tenants.accounts.models import User
from tenants.items.models import Item
from tenants.review import operations as review
from tenants.review.models import Run, Task
from tests.factories import make_draft, make_user
from zhitong.core import clock
from zhitong.core.models import OutboxMessage
from zhitong.core.operations import Actor, system
from zhitong.units.models import Unit


@dataclass
class House:
    """A unit with its people; `submit` sends a fresh item of the author to review."""

    unit: Unit
    author: User
    research: User
    secretary: User
    chair: User
    admin: User

    def submit(self, **changes: Any) -> Run:
        item = make_draft(self.unit, self.author, **changes)
        return review.submit(actor=self.author.actor, item_uuid=item.uuid, version=item.version)

    def publish(self, *steps: dict[str, Any]) -> None:
        definition = {"steps": [{"key": f"s{n}", "name": f"第{n}步", **step} for n, step in enumerate(steps, 1)]}
        review.publish_flow(
            actor=system(self.unit.pk), flow_code="main", name="试验流程", definition=definition, is_default=True
        )


@pytest.fixture
def house(unit: Unit) -> Any:
    people = House(
        unit=unit,
        author=make_user(unit, "liang", name="梁晓岚", roles=["author"]),
        research=make_user(unit, "zhou", name="周敏", roles=["clerk"], posts=["research"]),
        secretary=make_user(unit, "he", name="何静", roles=["leader"], posts=["secretary"]),
        chair=make_user(unit, "chen", name="陈立", roles=["leader"], posts=["chair"]),
        admin=make_user(unit, "admin_a", name="管理员", roles=["administrator"]),
    )
    with unit:
        yield people


@pytest.fixture
def drain_at(drain: Callable[[], int]) -> Callable[[datetime], int]:
    """A function that lets every alarm ring that is set for a moment up to the one given, at that moment."""

    def ring(moment: datetime) -> int:
        ahead = moment - clock.now()  # the outbox goes by the real clock: let what is set be set that much earlier
        known = list(OutboxMessage.objects.filter(done_at=None).values_list("pk", flat=True))
        OutboxMessage.objects.filter(pk__in=known).update(available_at=F("available_at") - ahead)
        with clock.at(moment):
            handled = drain()
        OutboxMessage.objects.filter(pk__in=known, done_at=None).update(available_at=F("available_at") + ahead)
        return handled

    return ring


def open_tasks(run: Run) -> list[Task]:
    return list(Task.objects.filter(run=run, state=Task.State.OPEN).select_related("holder").order_by("pk"))


def holders(run: Run) -> list[str]:
    return sorted(task.holder.username for task in open_tasks(run))


def pass_as(user: User, run: Run, **extra: Any) -> Run:
    return review.decide_pass(actor=user.actor, task_uuid=task_of(user, run).uuid, **extra)


def task_of(user: User, run: Run) -> Task:
    return Task.objects.filter(run=run, holder=user).latest("pk")


def item_of(run: Run) -> Item:
    return Item.objects.get(pk=run.item_id)


Decide = Callable[[Actor, Task], Run]
