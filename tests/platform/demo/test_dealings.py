"""What units of the demo have open between them, played on the few units it needs."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tenants.desk.outcome_lists import match, read_list
from tenants.items.models import Item, State
from tests.platform.exchange.test_races import unit_of
from tests.tenants.desk.test_verify import verify
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.demo.content.bodies import body_by_code
from zhitong.demo.content.units import unit_by_host
from zhitong.demo.dealings import LIST_NAME, play_dealings
from zhitong.demo.world import World, build_people
from zhitong.exchange.models import Dispatch, Matter, MergePart
from zhitong.units.models import BodyKind, Level, Route, RouteKind, RouteTerms, UnitKind
from zhitong.units.operations import NewUnit, create_unit, open_route, register_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """The units that deal with one another, with their people."""
    found = World(units={host: unit_of(host) for host in ("guangdong", "foshan", "nanhai", "chancheng", "mm-foshan")})
    for host in ("shunde", "gaoming", "liwan"):
        seed = unit_by_host()[host]
        parent = found.units["foshan" if seed.parent_host == "foshan" else "guangdong"]
        found.units[host] = create_unit(
            actor=system(None),
            new=NewUnit(
                host=host, name=seed.name, short_name=seed.short_name, kind=UnitKind(seed.kind),
                level=Level(seed.level), division_code=seed.division_code, mark=seed.mark, parent=parent,
            ),
        )  # fmt: skip
    party = body_by_code()["foshan-party"]
    found.bodies[party.code] = register_body(
        actor=system(None), name=party.name, short_name=party.short_name, level=Level.CITY, kind=BodyKind.PARTY_OFFICE
    )
    open_route(
        actor=system(None), sender=found.units["nanhai"], body=found.bodies[party.code], kind=RouteKind.EXTERNAL,
        valid_from=clock.today().replace(month=1, day=1),
    )  # fmt: skip
    build_people(found)
    return found


def test_there_is_something_of_everything_to_try(world: World, settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    play_dealings(world, clock.today(), 2019)
    city, county = world.units["foshan"], world.units["nanhai"]
    with city:
        [merged] = Item.objects.filter(is_merged=True)
        assert (merged.state, MergePart.objects.filter(item_uuid=merged.uuid).count()) == (State.IN_REVIEW, 3)
    assert Matter.objects.filter(joined_by=city).count() == 1
    came = Dispatch.objects.filter(receiver=city)
    assert [one.recall_asked_at is not None for one in came.filter(state=Dispatch.State.RECEIVED)] == [True]
    [back] = came.filter(state=Dispatch.State.RETURNED)
    [anew] = came.filter(item_uuid=back.item_uuid, attempt=2)
    assert anew.packet.content["problem"].startswith(back.packet.content["problem"])
    assert anew.packet.content != back.packet.content
    assert set(Route.objects.filter(receiver__isnull=False).values_list("kind", flat=True)) == {"direct", "agreement"}
    assert RouteTerms.objects.count() == 4
    content = (tmp_path / LIST_NAME).read_bytes()
    with county:
        fates = [one.fate for one in match(list(read_list(BytesIO(content), LIST_NAME)), world.bodies["foshan-party"])]
    assert fates == ["sure", "doubt", "none"]
    assert verify() == []
