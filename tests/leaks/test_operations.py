"""Every operation between units, called by the wrong actor: refused in the way the table says, and nothing written."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

import zhitong.exchange.operations
from tenants.desk import merging
from tenants.desk.operations import Answer
from tenants.desk.outcome_lists import Listed
from tenants.desk.queries import Pick
from tenants.duties import operations as duties
from tenants.duties.awards import Rule
from tenants.duties.models import AwardKind, Counted
from tenants.handling import operations as tenant_handling
from tenants.handling.operations import Named
from tenants.papers import operations as papers
from tenants.review import operations as review
from tests.factories import PASSWORD, TEXT, join, make_draft, make_user
from tests.leaks.rows import rows_of
from tests.leaks.world import World, build, dispatch_to_city
from zhitong.core import clock
from zhitong.core.errors import NotAllowed, NoUnitError, Refusal
from zhitong.core.operations import Actor, system
from zhitong.core.tables import RawRow
from zhitong.exchange.models import AdoptionMode, Delivery, Event, EventKind, PaperKind
from zhitong.exchange.operations import NewPaper
from zhitong.exchange.operations.handling import Handler
from zhitong.ranking.models import Measure
from zhitong.ranking.operations import consent_to_transfer
from zhitong.ranking.periods import Period
from zhitong.units.current import unit_in_force
from zhitong.units.models import ExternalBody, Unit
from zhitong.units.queries import destinations

pytestmark = pytest.mark.django_db
_TENANTS = (
    "tenants.desk.operations",
    "tenants.desk.merging",
    "tenants.desk.declining",
    "tenants.desk.register.operations",
    "tenants.handling.operations",
    "tenants.papers.operations",
    "tenants.circulars.operations",
    "tenants.duties.operations.awards",
    "tenants.duties.operations.lists",
    "tenants.duties.operations.records",
    "tenants.duties.operations.targets",
    "tenants.proposals.operations",
    "zhitong.ranking.operations.targets",
    "zhitong.ranking.operations.transfers",
    "zhitong.people.operations.joining",
    "tenants.accounts.operations.joining",
)
Operation = Callable[..., object]

# What asks for no right itself -> who has asked for it before.
INNER = {
    "accounts.joining.join_accounts": "itself: whose account it is, by its password, and nobody else",
    "accounts.joining.open_join_code": "as join_accounts",
    "accounts.joining.part_accounts": "itself: whose account it is, and nobody else",
    "duties.records.enter_record": "itself: a member for themselves, duties.manage for anybody else",
    "exchange.answering.answer_call": "items and review, when an answer is submitted",
    "exchange.answering.count_reading": "papers, for whom a paper was given to",
    "exchange.handling.answering.answer": "the right is the unit's, or the link's",
    "exchange.handling.answering.ask_extension": "as answer",
    "exchange.handling.answering.ask_refusal": "as answer",
    "exchange.handling.answering.interim": "as answer",
    "exchange.handling.answering.receive_assignment": "as answer",
    "exchange.handling.deciding.extend": "the view, exchange.record",
    "exchange.handling.deciding.reassign": "tenants.handling.reassign",
    "exchange.handling.deciding.refuse_extension": "the view, exchange.record",
    "exchange.handling.deciding.refuse_refusal": "the view, exchange.record",
    "exchange.handling.deciding.release_answer": "the view, exchange.record",
    "exchange.handling.deciding.take_back": "the view, exchange.record",
    "exchange.handling.deciding.urge": "the view, exchange.record",
    "exchange.handling.rating.rate": "tenants.handling.rate, for the authors alone",
    "exchange.merging.arrange_sources": "desk.merging.arrange",
    "exchange.merging.merge": "desk.merging.merge",
    "exchange.merging.take_apart": "desk.merging.take_apart",
    "exchange.merging.withdraw_source": "desk.merging.withdraw_source",
    "exchange.outcomes.record": "review, for own decisions; desk.record_outcome, for all others",
    "exchange.outcomes.withdraw_decision": "review",
    "exchange.registering.change_authors": "items, for who writes the draft",
    "exchange.registering.register_item": "review, at the submission",
    "handling.rate": "itself: an author of the item, and nobody else",
    "papers.confirm_paper": "itself: whom the paper was given to",
    "papers.read_paper": "as confirm_paper",
    "people.joining.join_account": "itself: whose account it is, and nobody else",
    "people.joining.open_code": "as join_account",
    "people.joining.part_account": "as join_account",
    "ranking.transfers.consent_to_transfer": "itself: the person whose dossier it is, and nobody else",
    "ranking.transfers.withdraw_all": "as consent_to_transfer",
    "ranking.transfers.withdraw_consent": "as consent_to_transfer",
}
# What a neighbour does to its own rows, whatever it names: nobody else's row is in it.
OWN = frozenset(
    {
        "desk.declining.set_decline_reasons",
        "duties.awards.propose_awards",
        "duties.lists.add_duty",
        "duties.lists.copy_duties",
        "exchange.registering.register_item",
        "exchange.publishing.publish",
        "papers.publish",
        "circulars.begin",
        "proposals.import_proposals",
    }
)
_PLATFORM_ONLY = {"units.manage"}  # what nobody of a unit may do
# What ends in another way than that there is no such row: it does nothing, as the comparison of all rows shows.
OTHERWISE = {
    "desk.record_list": "",  # says of each of its rows by itself why it was refused
    "exchange.answering.count_reading": "",  # counts for its own unit, which was given nothing
    "ranking.targets.set_targets": "InvalidInput",  # says that the unit is not one below
}


def _operations() -> dict[str, Operation]:
    package = zhitong.exchange.operations
    names = [one.name for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    found = {}
    for name in (*names, *_TENANTS):
        for attribute, function in vars(importlib.import_module(name)).items():
            made = getattr(function, "__wrapped__", None)
            if inspect.isfunction(function) and made and made.__module__ == name:
                place = name.removeprefix("zhitong.").removeprefix("tenants.").replace("operations.", "")
                found[f"{place.removesuffix('.operations')}.{attribute}"] = function
    return {name: one for name, one in sorted(found.items()) if "actor" in inspect.signature(one).parameters}


OPERATIONS = _operations()


def _right(operation: Operation) -> str | None:
    """Return the right that an operation asks for."""
    right: str | None = inspect.getclosurevars(operation).nonlocals["permission"]
    return right


@pytest.fixture
def world(unit: Unit, city: Unit, province: Unit, stranger: Unit) -> World:
    world = build(unit, city, province, stranger)
    dispatch_to_city(world)
    return world


@pytest.fixture
def given(world: World) -> dict[str, Any]:
    """Rows of 南海 and 佛山 for every argument that an operation between units takes, by its name."""
    assert world.dispatch
    other = make_draft(world.unit, world.author, title="关于夜市占道的建议")
    with world.unit:
        review.submit(actor=world.author.actor, item_uuid=other.uuid, version=other.version)
        third = make_draft(world.unit, world.author, title="关于绿道的建议")
        review.submit(actor=world.author.actor, item_uuid=third.uuid, version=third.version)
        merged = merging.merge(
            actor=world.clerk.actor, picks=[Pick(other.uuid), Pick(third.uuid)], title="关于公共空间的建议"
        )
        passed = tenant_handling.pass_on(
            actor=world.clerk.actor, item_uuid=world.item.uuid, request="请研究办理",
            lead=Named("区住建局", "王建国", "13912345678"), days=20,
        ).handling  # fmt: skip
    new = NewPaper(uuid4(), PaperKind.CALL, "要的线索", "请反映。", due_on=clock.today() + timedelta(days=9))
    with world.city:
        paper = papers.publish(actor=world.city_clerk.actor, new=new, to=[world.unit.uuid])
    return {
        **_duties(world),
        "item_uuid": merged.uuid,
        "other_uuid": world.item.uuid,
        "sources": [third.uuid, other.uuid],
        "source_uuid": other.uuid,
        "picks": [Pick(world.dispatch.uuid, is_dispatch=True), Pick(other.uuid)],
        "dispatch_uuid": world.dispatch.uuid,
        "event_uuid": Event.objects.filter(unit=world.unit, kind=EventKind.ADOPTED).latest("pk").uuid,
        "assignment_uuid": passed.assignments.get().uuid,
        "handling_uuid": passed.uuid,
        "paper_uuid": paper.uuid,
        "circular_uuid": world.circular_uuid,
        "proposal_uuid": world.rows["proposal_uuid"][0],
        "rows": [RawRow(2, {"number": "1", "year": 2025, "title": "改"})],
        "when": Period.of_year(clock.today().year - 1),
        "redraft": True,
        "delivery_uuid": Delivery.objects.get(paper=paper).uuid,
        "deliveries": [Delivery.objects.get(paper=paper).uuid],
        "body": ExternalBody(pk=0, name="某单位", short_name="某单位"),
        "answers": [Answer(world.item.uuid, Listed(line=2, title="改", kind=EventKind.ADOPTED))],
        "kind": EventKind.INSTRUCTION,
        "leader": "某领导",
        "rating": "satisfied",
        "content": {"title": "改"},
        "lead": Handler(department="区城管局"),
        "to": [],
        "until": clock.today() + timedelta(days=9),
        "readers": 1,
        "confirmed": 1,
        "days": 5,
        "seen": 1,
        "version": merged.version,
        "texts": TEXT,
        "title": "改",
        "words": "改",
        "request": "改",
        "reason": "改",
        "reasons": ["改"],
        "mode": AdoptionMode.SINGLE,
        "day": clock.today(),
        "new": new,
        "unit": world.unit,
        "typed_name": world.unit.name,
        "basis": "改",
        "effective_on": clock.today(),
        "authors": [],
        "number_label": "改",
        "submitted_at": clock.now(),
    }


def _duties(world: World) -> dict[str, Any]:
    """Rows of duties of 南海, with what their operations are told."""
    also = make_user(world.city, "also", name=world.author.name)
    join(world.author, world.unit, also, world.city)
    today = clock.today()
    period = Period.of_year(today.year)
    with world.unit:
        duty = duties.add_duty(
            actor=world.clerk.actor, year=today.year, heading="五个一", name="调研", counted=Counted.RECORDS
        )
        record = duties.enter_record(actor=world.author.actor, duty_uuid=duty.uuid, on=today, words="调研夜市")
        honours = duties.propose_awards(
            actor=world.clerk.actor, kind=AwardKind.PERSON, title="名单", period=period, rule=Rule("higher_national", 3)
        )
        entry = duties.add_award(
            actor=world.clerk.actor, list_uuid=honours.uuid, version=honours.version, who=world.author.name, reason="增"
        )
        handed = consent_to_transfer(actor=world.author.actor, source=world.unit.uuid, receiver=world.city.uuid)
    return {
        "duty_uuid": duty.uuid,
        "record_uuid": record.uuid,
        "list_uuid": honours.uuid,
        "subject_uuid": entry.subject_uuid,
        "transfer_uuid": handed.uuid,
        "code": "ABCD-EFGH-JKMN",
        "password": PASSWORD,
        "source": world.unit.uuid,
        "receiver": world.city.uuid,
        "numbers": {world.author.uuid: 1},
        "measure": Measure.RECEIVED,
        "period": period,
        "rule": Rule("received", 3),
        "on": today,
        "year": today.year,
        "heading": "改",
        "name": "改",
        "counted": Counted.RECEIVED,
        "who": world.author.name,
        "confirm": True,
        "up": True,
    }


def _call(operation: Operation, actor: Actor, given: dict[str, Any]) -> str:
    """Return the kind of error by which an operation ends, empty when it went through."""
    wanted = [name for name, one in inspect.signature(operation).parameters.items() if one.default is one.empty]
    wanted += ["leader"] * (operation is OPERATIONS["desk.record_outcome"])
    values = {name: given[name] for name in wanted if name != "actor"}
    if operation.__module__.startswith("tenants.handling"):  # which names handlers in words, whom the exchange knows
        values |= {name: Named("区城管局", "李明", "13912345679") for name in ("lead", "to") if name in values}
    elif operation is OPERATIONS["exchange.handling.deciding.reassign"]:
        values["to"] = given["lead"]
    elif operation is OPERATIONS["duties.awards.propose_awards"]:
        values["kind"] = AwardKind.PERSON
    elif operation is OPERATIONS["ranking.targets.set_targets"]:
        values["numbers"] = {given["unit"].uuid: 1}
    elif operation is OPERATIONS["exchange.sending.send"]:
        values["to"] = destinations(unit_in_force(), clock.today())[:1]
    try:
        operation(actor=actor, **values)
    except (Refusal, NoUnitError) as error:
        return type(error).__name__
    return ""


def test_the_tables_name_every_operation() -> None:
    assert len(OPERATIONS) > 50
    assert {name for name, one in OPERATIONS.items() if _right(one) is None} == set(INNER)
    assert set(OPERATIONS) >= OWN


def test_an_actor_of_another_unit_or_without_the_right_goes_no_further(world: World, given: dict[str, Any]) -> None:
    before = rows_of(world.unit, world.city)
    bare = Actor(world.unit.pk, "没有权限的人", world.reader.uuid)
    with world.unit:
        elsewhere = {name: _call(one, system(world.stranger.pk), given) for name, one in OPERATIONS.items()}
        barred = {name: _call(one, bare, given) for name, one in OPERATIONS.items() if _right(one)}
    assert set(elsewhere.values()) == {NoUnitError.__name__}
    assert set(barred.values()) == {NotAllowed.__name__}
    assert rows_of(world.unit, world.city) == before


def test_a_neighbour_finds_no_row_of_others_whatever_it_may_do_at_home(world: World, given: dict[str, Any]) -> None:
    before = rows_of(world.unit, world.city, world.stranger)
    with world.stranger:
        ended = {
            name: _call(one, system(world.stranger.pk), given)
            for name, one in OPERATIONS.items()
            if name not in OWN and _right(one) not in _PLATFORM_ONLY
        }
    assert {name: kind for name, kind in ended.items() if kind != "NotFound"} == OTHERWISE
    assert rows_of(world.unit, world.city, world.stranger) == before
