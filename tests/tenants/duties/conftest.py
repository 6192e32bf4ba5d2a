"""A city, a county below it and a neighbour, each with an office; people who report in the county."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tenants.accounts.models import User
from tenants.notices.models import Notice
from tenants.review import operations as review
from tests.factories import make_user, refuse_failed_messages
from tests.tenants.desk.conftest import Office, people
from zhitong.core import clock, outbox
from zhitong.core.models import OutboxMessage
from zhitong.core.operations import system
from zhitong.ranking.tasks import refresh_standings
from zhitong.units.models import Unit


@dataclass
class World:
    """佛山 above 南海 and 禅城; 李梅 is a second member of 南海, of another circle than 梁晓岚."""

    city: Office
    county: Office
    neighbour: Office
    second: User

    def settle(self) -> None:
        """Do what the worker does: tell, count, rank."""
        connection.set_schema_to_public()
        outbox.drain()
        refuse_failed_messages()
        refresh_standings()

    def ring(self, topic: str) -> None:
        """Let the alarms of a topic ring that are due by the clock of the test."""
        connection.set_schema_to_public()
        due = OutboxMessage.objects.filter(topic=topic, done_at=None, available_at__lte=clock.now())
        due.update(available_at=timezone.now())
        outbox.drain()
        refuse_failed_messages()

    def told(self, office: Office, user: User, kind: str = "") -> list[str]:
        """Return the titles of somebody's notices of a kind, in their order."""
        with office.unit:
            found = Notice.objects.filter(reader=user, kind__startswith=kind).order_by("pk")
            return list(found.values_list("title", flat=True))


def noon(day: date) -> datetime:
    """Return noon of a day in China."""
    return datetime.combine(day, time(12), tzinfo=clock.SHANGHAI)


@pytest.fixture
def world(unit: Unit, city: Unit, stranger: Unit) -> World:
    """The offices, whose own reviews are those of every unit."""
    offices: list[Any] = []
    for letter, one in zip("bac", (city, unit, stranger), strict=True):
        with one:
            review.ensure_default_flow(actor=system(one.pk))
        offices.append(people(one, f"{letter}_"))
    second = make_user(unit, "limei", name="李梅", groups=[("sector", "教育界")])
    return World(*offices, second=second)
