"""The author hears of each step: every kind of event reaches every author of the chain, or says why it does not."""

import re
from pathlib import Path
from typing import Any

import pytest

from tenants.desk import operations as desk
from tenants.desk.consumers import TELLS_AUTHORS
from tenants.items import operations as items
from tenants.items.fields import AuthorInput
from tenants.items.models import Item
from tenants.notices.models import Notice
from tenants.notices.words import occasion_of
from tenants.review import operations as review
from tests.factories import make_draft, make_user
from tests.tenants.desk.conftest import Office
from zhitong.core.operations import system
from zhitong.exchange.models import AdoptionMode, Dispatch, Event, EventKind
from zhitong.exchange.operations.events import new_event, write_events
from zhitong.units.models import Unit

DOCS = Path(__file__).parents[3] / "docs" / "exchange.md"
# What happens to a dispatch on its sender's item; the rest happens to the recorder's own item.
ON_DISPATCH = {
    EventKind.RETURNED,
    EventKind.NOT_OURS,
    EventKind.RECALL_ASKED,
    EventKind.RECALL_REFUSED,
    EventKind.RECALLED,
}
HAPPENED = {EventKind.SENT, EventKind.RECEIVED, EventKind.ACCEPTED}  # by the way itself


def test_every_kind_of_event_says_whether_authors_hear_of_it() -> None:
    assert set(TELLS_AUTHORS) == set(EventKind)


def test_the_table_of_the_docs_says_the_same() -> None:
    rows = re.findall(r"^\| (`.+?) \| .+? \| .+? \| (.+?) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    said = {
        (kind, "authors" in told and not told.startswith("nobody"))
        for kinds, told in rows
        for kind in re.findall(r"`(\w+)`", kinds)
    }
    assert said == {(kind.value, told) for kind, told in TELLS_AUTHORS.items()}


@pytest.fixture
def way(office: Office, city_office: Office) -> tuple[Item, Dispatch, Item]:
    """An item of two authors of 南海 that 佛山 has taken in: the item, its dispatch, the city's item."""
    co_author = make_user(office.unit, "hong", name="洪岩")
    draft = make_draft(office.unit, office.author)
    with office.unit:
        signers = [AuthorInput(user=one.uuid) for one in (office.author, co_author)]
        items.set_authors(actor=office.author.actor, item_uuid=draft.uuid, version=draft.version, authors=signers)
        item = Item.objects.get(pk=draft.pk)
        review.submit(actor=office.author.actor, item_uuid=item.uuid, version=item.version)
        office.pass_through(item)
        item = Item.objects.get(pk=draft.pk)
    [dispatch] = office.send(item, "佛山市政协")
    with city_office.unit:
        taken = desk.accept(actor=city_office.clerk.actor, dispatch_uuid=dispatch.uuid)
    return item, dispatch, taken


@pytest.mark.parametrize("kind", EventKind)
def test_every_author_hears_of_it(
    kind: EventKind, way: tuple[Item, Dispatch, Item], city: Unit, unit: Unit, drain: Any
) -> None:
    item, dispatch, taken = way
    if kind in HAPPENED:
        event = Event.objects.get(kind=kind)
    else:
        with city:
            event = new_event(
                actor=system(city.pk),
                unit=city,
                kind=kind,
                mode=AdoptionMode.SINGLE if kind == EventKind.ADOPTED else "",
                item_uuid=item.uuid if kind in ON_DISPATCH else taken.uuid,
                matter_id=dispatch.packet.matter_id,
                dispatch=dispatch if kind in ON_DISPATCH else None,
                leader="某市领导",
                words="不外传的批语",
            )
            write_events([event])
    drain()
    with unit:
        told = Notice.objects.filter(key=f"event:{event.pk}").select_related("reader")
        names = sorted(notice.reader.name for notice in told)
        assert names == (["梁晓岚", "洪岩"] if TELLS_AUTHORS[kind] else [])
        for notice in told:
            assert (notice.kind, notice.url) == (f"event.{kind}", f"/items/{item.uuid}/journey/")
            assert item.title in notice.title
            assert "领导" not in notice.title + notice.body
            assert "批语" not in notice.title + notice.body
            assert occasion_of(notice.kind) in {"result", "step"}
