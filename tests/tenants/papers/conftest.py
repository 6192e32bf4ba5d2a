"""A province, a city and two counties, each with a clerk and people who report."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tenants.accounts.models import User
from tenants.items import operations as items
from tenants.items.models import Item
from tenants.notices.models import Notice
from tenants.papers import operations as papers
from tenants.review import operations as review
from tests.factories import TEXT, refuse_failed_messages
from tests.tenants.desk.conftest import Office, people
from zhitong.core import clock, outbox
from zhitong.exchange.models import Audience, Delivery, Paper, PaperKind
from zhitong.exchange.operations import NewPaper
from zhitong.units.models import Unit


def new_paper(kind: PaperKind = PaperKind.CALL, **fields: Any) -> NewPaper:
    """Return a paper to be published; a call is due in ten days."""
    if kind == PaperKind.CALL:
        fields.setdefault("due_on", clock.today() + timedelta(days=10))
    known = {"uuid": uuid4(), "title": "老旧小区加装电梯的堵点", "body": "请结合本地实际反映。"}
    return NewPaper(**{**known, "kind": kind, **fields})


@dataclass
class Network:
    """Three levels of one line and a neighbour."""

    province: Office
    city: Office
    county: Office
    neighbour: Office

    def publish(
        self, office: Office, *units: Unit, people: tuple[User, ...] = (), parent: Any = None, **fields: Any
    ) -> Paper:
        """Let an office give a paper to units and to named people of its own."""
        if people:
            fields["audience"] = Audience.NAMED
        to = [unit.uuid for unit in units]
        with office.unit:
            return papers.publish(
                actor=office.clerk.actor, new=new_paper(**fields), to=to, people=people, parent=parent
            )

    def pass_on(self, office: Office, paper: Paper, *units: Unit, **fields: Any) -> Paper:
        """Let an office pass on what came down to it."""
        delivery = Delivery.objects.get(paper=paper, receiver=office.unit)
        return self.publish(office, *units, parent=delivery.uuid, due_on=paper.due_on, **fields)

    def answer(self, office: Office, paper: Paper, user: User | None = None, **changes: Any) -> Item:
        """Let somebody of an office write and submit an answer to a call."""
        user = user or office.author
        with office.unit:
            draft = papers.write_for_call(actor=user.actor, paper_uuid=paper.uuid)
            saved = items.save_draft(
                actor=user.actor, item_uuid=draft.uuid, version=draft.version, changes={**TEXT, **changes}
            )
            review.submit(actor=user.actor, item_uuid=saved.uuid, version=saved.version)
            return Item.objects.get(pk=saved.pk)

    def told(self, office: Office, user: User) -> list[str]:
        """Return the titles of somebody's notices of papers after the worker has run."""
        outbox.drain()
        refuse_failed_messages()
        with office.unit:
            found = Notice.objects.filter(reader=user, kind__startswith="paper.").order_by("pk")
            return list(found.values_list("title", flat=True))


@pytest.fixture
def network(province: Unit, city: Unit, unit: Unit, stranger: Unit) -> Network:
    """广东, 佛山, 南海, and 禅城 beside it."""
    offices = [people(one, f"{letter}_") for letter, one in zip("pcna", (province, city, unit, stranger), strict=True)]
    return Network(*offices)
