"""What a review flow calls each receiver, and that nothing goes where its flow demands a sign-off first."""

from typing import Any

import pytest

from tenants.desk.operations import destination_code
from tenants.items.models import Item
from tenants.review import operations as review
from tenants.review.models import Run, Task
from tests.tenants.desk.conftest import Office
from zhitong.core import clock
from zhitong.core.errors import WrongState
from zhitong.core.operations import system
from zhitong.exchange.models import Dispatch
from zhitong.units.models import BodyKind, ExternalBody, Level, RouteKind, Unit
from zhitong.units.operations import open_route, register_body
from zhitong.units.queries import Destination, destinations

# sender, kind and level of a body outside -> the code
BODIES = [
    ("unit", BodyKind.PARTY_OFFICE, Level.COUNTY, "local"),
    ("unit", BodyKind.GOVERNMENT, Level.COUNTY, "local"),
    ("unit", BodyKind.UNITED_FRONT, Level.COUNTY, "local"),
    ("unit", BodyKind.BUREAU, Level.COUNTY, "local"),
    ("unit", BodyKind.PARTY_OFFICE, Level.CITY, "city"),
    ("unit", BodyKind.GOVERNMENT, Level.PROVINCE, "province"),
    ("unit", BodyKind.BUREAU, Level.NATIONAL, "national"),
    ("unit", BodyKind.CPPCC, Level.NATIONAL, "national"),
    ("unit", BodyKind.CPPCC, Level.PROVINCE, "province"),
    ("unit", BodyKind.PARTY, Level.PROVINCE, "province"),
    ("unit", BodyKind.FEDERATION, Level.CITY, "city"),
    ("unit", BodyKind.ORGANISATION, Level.COUNTY, ""),
    ("unit", BodyKind.PARTY_CENTRAL, Level.NATIONAL, "party_line"),
    ("city", BodyKind.PARTY_OFFICE, Level.CITY, "local"),
    ("city", BodyKind.PARTY_OFFICE, Level.PROVINCE, "province"),
    ("city", BodyKind.PARTY_OFFICE, Level.COUNTY, ""),
    ("province", BodyKind.UNITED_FRONT, Level.PROVINCE, "local"),
    ("party", BodyKind.UNITED_FRONT, Level.COUNTY, "local"),
    ("party", BodyKind.PARTY_CENTRAL, Level.NATIONAL, "party_line"),
]


@pytest.mark.parametrize(("sender", "kind", "level", "code"), BODIES)
def test_a_body_outside_is_called_by_its_kind_and_level(
    request: pytest.FixtureRequest, sender: str, kind: BodyKind, level: Level, code: str
) -> None:
    unit: Unit = request.getfixturevalue(sender)
    body = register_body(actor=system(None), name="某接收单位", short_name="某单位", kind=kind, level=level)
    open_route(actor=system(None), sender=unit, body=body, kind=RouteKind.EXTERNAL)
    [destination] = [one for one in destinations(unit, clock.today()) if one.body == body]
    assert destination_code(unit, destination) == code


def test_every_kind_of_body_is_tried() -> None:
    assert {kind for _, kind, _, _ in BODIES} == set(BodyKind)


def test_units_above_are_called_by_their_level_or_line(unit: Unit, city: Unit, party: Unit, province: Unit) -> None:
    def codes(of: Unit) -> dict[str, str]:
        return {one.name: destination_code(of, one) for one in destinations(of, clock.today())}

    assert codes(unit) == {"佛山市政协": "city"}
    assert codes(city) == {"广东省政协": "province"}
    # A party branch sends up its own line, and to the committee of its place, which is neither above it nor local.
    assert codes(party) == {"南海区政协": "", "民盟佛山市委会": "party_line"}
    open_route(actor=system(None), sender=unit, receiver=province, kind=RouteKind.DIRECT)
    assert codes(unit) == {"佛山市政协": "city", "广东省政协": "province"}


@pytest.mark.parametrize("kind", [RouteKind.DIRECT, RouteKind.AGREEMENT, RouteKind.HIERARCHY])
def test_the_way_a_route_came_about_changes_nothing_but_for_the_party_line(
    unit: Unit, province: Unit, kind: RouteKind
) -> None:
    assert destination_code(unit, Destination(kind, unit=province)) == "province"
    assert destination_code(unit, Destination(RouteKind.PARTY_LINE, unit=province)) == "party_line"


DEMANDS = [{"field": "destination", "in": ["province", "local"]}]


@pytest.fixture
def approved(office: Office) -> Item:
    """An item passed by an office whose chair signs what goes to the province or to the local party committee."""
    steps: list[dict[str, Any]] = [
        {"key": "research", "name": "研究室审改", "posts": ["research"], "asks_destination": True},
        {"key": "chair", "name": "主席签批", "posts": ["chair"], "when": DEMANDS},
    ]
    office.reviews_by("分级签批", steps)
    return office.approved()


@pytest.fixture
def province_office(office: Office, province: Unit) -> Unit:
    open_route(actor=system(None), sender=office.unit, receiver=province, kind=RouteKind.DIRECT)
    return province


@pytest.fixture
def local_party(body_of: Any) -> ExternalBody:
    found: ExternalBody = body_of("中共南海区委", "区委", Level.COUNTY, BodyKind.PARTY_OFFICE)
    return found


def test_what_needs_no_sign_off_goes_at_once(office: Office, approved: Item) -> None:
    assert len(office.send(approved, "佛山市政协")) == 1


def test_nothing_goes_where_the_sign_off_is_missing(
    office: Office, approved: Item, province_office: Unit, local_party: ExternalBody
) -> None:
    with pytest.raises(WrongState) as refused:
        office.send(approved)
    assert refused.value.message == "报送广东省政协、区委之前，还要按流程审签。"
    assert refused.value.code == "review.not_cleared"
    assert refused.value.rule.startswith("“分级签批”流程第 ")
    assert not Dispatch.objects.exists()


def clear(office: Office, item: Item, *codes: str) -> Run:
    with office.unit:
        run = review.ask_clearance(actor=office.clerk.actor, item_uuid=item.uuid, destinations=codes)
        task = Task.objects.get(run=run, state=Task.State.OPEN)
        assert task.step_name == "主席签批"
        return review.decide_pass(actor=task.holder.actor, task_uuid=task.uuid)


def test_it_goes_once_it_was_signed_for_that_destination(
    office: Office, approved: Item, province_office: Unit, local_party: ExternalBody
) -> None:
    clear(office, approved, "province")
    assert len(office.send(approved, "广东省政协")) == 1
    with pytest.raises(WrongState, match="报送区委之前"):
        office.send(approved, "区委")


def test_a_declined_sign_off_keeps_the_item_and_bars_the_way(
    office: Office, approved: Item, province_office: Unit
) -> None:
    with office.unit:
        run = review.ask_clearance(actor=office.clerk.actor, item_uuid=approved.uuid, destinations=["province"])
        task = Task.objects.get(run=run, state=Task.State.OPEN)
        review.decide_decline(actor=task.holder.actor, task_uuid=task.uuid, reason="不宜上报")
        approved.refresh_from_db()
        assert approved.state == "approved"
    with pytest.raises(WrongState, match="报送广东省政协之前"):
        office.send(approved, "广东省政协")
    assert len(office.send(approved, "佛山市政协")) == 1


def test_a_destination_named_in_the_review_is_signed_with_it(office: Office, province_office: Unit) -> None:
    steps: list[dict[str, Any]] = [
        {"key": "research", "name": "研究室审改", "posts": ["research"], "asks_destination": True},
        {"key": "chair", "name": "主席签批", "posts": ["chair"], "when": DEMANDS},
    ]
    with office.unit:
        review.publish_flow(
            actor=system(office.unit.pk),
            flow_code="main",
            name="分级签批",
            definition={"steps": steps},
            is_default=True,
        )
    item = office.submitted()
    with office.unit:
        task = Task.objects.get(run__item=item, state=Task.State.OPEN)
        review.decide_pass(actor=task.holder.actor, task_uuid=task.uuid, destinations=["province"])
        office.pass_through(item)
        item = Item.objects.get(pk=item.pk)
    assert len(office.send(item, "广东省政协")) == 1


def test_a_sign_off_ends_with_the_approval_it_was_given_for(
    office: Office, approved: Item, province_office: Unit
) -> None:
    """Taken back and passed again, perhaps with another text: the chair has not signed that one."""
    clear(office, approved, "province")
    with office.unit:
        run = Run.objects.get(item=approved, purpose=Run.Purpose.REVIEW)
        review.take_back(actor=office.clerk.actor, run_uuid=run.uuid, reason="漏了一处")
        office.pass_through(approved)
        item = Item.objects.get(pk=approved.pk)
    with pytest.raises(WrongState, match="报送广东省政协之前"):
        office.send(item, "广东省政协")
