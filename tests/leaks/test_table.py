"""The table of every address and of who gets what there, and what stands on the pages between units for whom.

An address that is new fails the first test until its line is written: who may open it is to be said, not found out.
"""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from tenants.accounts.models import User
from tenants.desk import operations as desk
from tenants.items.models import Item
from tenants.review import operations as review
from tenants.review.models import Task
from tests.factories import client_for, make_draft, make_user
from tests.leaks.world import World, ask, build, dispatch_to_city, patterns, settle
from tests.leaks.world import _fill as addresses_of
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch, EventKind, Visibility
from zhitong.units.models import RouteKind, Unit
from zhitong.units.operations import open_route
from zhitong.units.queries import destinations

pytestmark = pytest.mark.django_db

READERS = (
    "nobody, with a one-time link", "a neighbour's clerk", "a neighbour's administrator", "the author",
    "another author of the unit", "the sender's clerk", "the receiver's clerk, of the sender's rows",
    "the receiver's clerk, of its own",
)  # fmt: skip
# What a GET answers to each of READERS: 302 leads to the door, 405 only takes a form.
TABLE = """
home                          302 200 200 200 200 200 200 200
web:healthz                   200 200 200 200 200 200 200 200
desk:item                     302 404 404 200 404 200 404 200
desk:journey                  302 404 404 200 404 200 404 200
desk:send                     302 404 403 403 403 200 404 200
desk:correct                  302 404 403 403 403 409 404 409
desk:clear                    302 405 405 405 405 405 405 405
desk:outcome                  302 404 403 403 403 200 404 200
desk:reverse                  302 405 405 405 405 405 405 405
desk:proof                    302 404 403 403 403 404 404 404
desk:outcome_list             302 200 403 403 403 200 200 200
desk:outcome_list_record      302 405 403 403 403 405 405 405
desk:merge                    302 405 405 405 405 405 405 405
desk:sources                  302 404 403 403 403 404 404 404
desk:sources_act              302 405 405 405 405 405 405 405
desk:matter                   302 404 403 403 403 200 404 200
desk:inbox                    302 200 403 403 403 200 200 200
desk:receive                  302 405 405 405 405 405 405 405
desk:dispatch                 302 404 403 403 403 404 200 200
desk:dispatch_alikes          302 404 403 403 403 404 200 200
desk:act                      302 405 405 405 405 405 405 405
desk:file                     302 404 403 403 403 404 200 200
desk:routes                   302 200 200 403 403 200 200 200
desk:route_open               302 403 200 403 403 403 403 403
desk:route_terms              302 403 404 403 403 403 403 403
desk:route_posts              302 403 404 403 403 403 403 403
desk:route_end                302 403 404 403 403 403 403 403
desk:send_list                302 200 403 403 403 200 200 200
desk:recall                   302 405 405 405 405 405 405 405
desk:ask_recall               302 404 403 403 403 200 404 404
desk:settle                   302 405 405 405 405 405 405 405
desk:journey_print            302 404 404 404 404 404 404 404
desk:adopted                  302 404 404 404 404 404 404 404
desk:find                     302 200 200 200 200 200 200 200
desk:register                 302 200 403 403 403 200 200 200
desk:decline_reasons          302 403 200 403 403 403 403 403
desk:register_print           302 200 403 403 403 200 200 200
desk:register_line            302 404 403 403 403 200 404 200
desk:urge                     302 404 403 403 403 200 404 404
accounts:login                200 302 302 302 302 302 302 302
accounts:password             302 200 200 200 200 200 200 200
accounts:invite               404 404 404 404 404 404 404 404
accounts:joined               302 200 200 200 200 200 200 200
accounts:keys                 302 200 200 200 200 200 200 200
accounts:key_revoke           302 405 405 405 405 405 405 405
accounts:people               302 403 200 403 403 403 403 403
accounts:person_new           302 403 200 403 403 403 403 403
accounts:people_import        302 403 200 403 403 403 403 403
accounts:people_enter         302 403 405 403 403 403 403 403
accounts:people_template      302 403 200 403 403 403 403 403
accounts:people_links         302 403 405 403 403 403 403 403
accounts:person               302 403 404 403 403 403 403 403
accounts:person_invite        302 403 405 403 403 403 403 403
accounts:person_deactivate    302 403 405 403 403 403 403 403
accounts:person_reactivate    302 403 405 403 403 403 403 403
accounts:person_post          302 403 405 403 403 403 403 403
accounts:person_post_end      302 403 405 403 403 403 403 403
accounts:person_head          302 403 405 403 403 403 403 403
accounts:roles                302 403 200 403 403 403 403 403
accounts:groups               302 403 200 403 403 403 403 403
accounts:positions            302 403 200 403 403 403 403 403
accounts:oddities             302 403 200 403 403 403 403 403
items:own                     302 200 200 200 200 200 200 200
items:all                     302 200 403 403 403 200 200 200
items:new                     302 302 403 302 302 302 302 302
items:rules                   302 403 200 403 403 403 403 403
items:edit                    302 404 404 302 404 404 404 302
items:sign                    302 404 404 404 404 404 404 404
items:autosave                302 405 405 405 405 405 405 405
items:delete                  302 405 405 405 405 405 405 405
items:pen                     302 404 404 302 404 404 404 302
items:take_pen                302 405 405 405 405 405 405 405
items:texts                   302 404 404 200 404 200 404 200
items:upload                  302 405 405 405 405 405 405 405
items:file_remove             302 405 405 405 405 405 405 405
items:file                    302 404 404 200 404 200 404 404
review:list                   302 200 200 200 200 200 200 200
review:filter_save            302 405 405 405 405 405 405 405
review:filter_remove          302 405 405 405 405 405 405 405
review:batch                  302 405 405 405 405 405 405 405
review:batch_people           302 200 403 403 403 200 200 200
review:task                   302 404 404 404 404 200 404 200
review:decide                 302 405 405 405 405 405 405 405
review:edit                   302 405 405 405 405 405 405 405
review:checks                 302 405 405 405 405 405 405 405
review:people                 302 404 404 404 404 404 404 404
review:due                    302 404 404 404 404 200 404 200
review:run                    302 404 404 200 404 200 404 200
review:run_act                302 405 405 405 405 405 405 405
review:run_people             302 404 404 404 404 404 404 404
review:file                   302 404 404 200 404 200 404 404
review:phrases                302 200 200 200 200 200 200 200
review:phrase_remove          302 405 405 405 405 405 405 405
review:absences               302 200 200 403 403 200 200 200
review:absence_end            302 405 405 405 405 405 405 405
review:posts                  302 403 200 403 403 403 403 403
review:verify                 302 404 404 404 404 200 404 200
review:relay                  302 404 404 404 404 404 404 200
review:withdraw               302 405 405 405 405 405 405 405
review:question_urge          302 405 405 405 405 405 405 405
review:renew                  302 405 405 405 405 405 405 405
review:outside                200 404 404 404 404 404 404 404
review:remarks                302 404 404 200 404 200 404 200
review:sheet                  302 404 404 404 404 404 404 404
review:reply                  302 405 405 405 405 405 405 405
review:settle                 302 405 405 405 405 405 405 405
review:alikes                 302 404 404 200 404 200 404 200
review:pair                   302 404 404 404 404 404 404 404
review:judge                  302 405 405 405 405 405 405 405
review:submit                 302 404 403 302 404 404 404 302
review:recall                 302 404 404 200 404 404 404 200
review:compare                302 200 403 403 403 200 200 200
review:handlers               302 200 403 403 403 200 200 200
review:handled                302 404 403 403 403 200 404 404
review:flows                  302 403 200 403 403 403 403 403
review:flow                   302 403 404 403 403 403 403 403
review:flow_compare           302 403 404 403 403 403 403 403
review:flow_export            302 403 404 403 403 403 403 403
review:committees             302 403 200 403 403 403 403 403
review:checklists             302 403 200 403 403 403 403 403
review:checklist_new          302 403 200 403 403 403 403 403
review:checklist              302 403 404 403 403 403 403 403
handling:list                 302 200 403 403 403 200 200 200
handling:pass_on              302 404 403 403 403 200 404 200
handling:inbox                302 200 403 403 403 200 200 200
handling:assignment           302 404 403 403 403 404 404 404
handling:passed_file          302 404 403 403 403 404 404 404
handling:outside              404 404 404 404 404 404 404 404
handling:file                 302 404 404 404 404 404 404 404
handling:act                  302 405 405 405 405 405 405 405
handling:reassign             302 404 403 403 403 404 404 404
handling:enter                302 404 403 403 403 404 404 404
handling:handling             302 404 403 403 403 404 404 404
handling:release              302 405 405 405 405 405 405 405
handling:second_round         302 404 403 403 403 404 404 404
handling:rate                 302 404 404 404 404 404 404 404
handling:sheet                302 404 403 403 403 404 404 404
notices:index                 302 200 200 200 200 200 200 200
notices:read_all              302 405 405 405 405 405 405 405
notices:settings              302 200 200 200 200 200 200 200
notices:address               302 405 405 405 405 405 405 405
notices:unit_settings         302 403 200 403 403 403 403 403
notices:mail_confirm          404 404 404 404 404 404 404 404
notices:mail_stop             404 404 404 404 404 404 404 404
notices:open                  302 404 404 302 404 404 404 404
search:page                   302 200 403 200 200 200 200 200
search:hot                    302 200 403 403 403 200 200 200
search:hot_items              302 404 404 404 404 404 404 404
search:why                    302 200 403 200 200 200 200 200
search:save                   302 405 405 405 405 405 405 405
search:saved                  302 405 405 405 405 405 405 405
exports:page                  302 200 200 200 200 200 200 200
exports:ask                   302 405 405 405 405 405 405 405
exports:file                  302 404 404 404 404 404 404 404
exports:act                   302 405 405 405 405 405 405 405
ranking:standings             302 200 403 403 403 200 200 200
ranking:ledger                302 200 404 404 404 200 200 200
ranking:statistics            302 200 403 403 403 200 200 200
ranking:flow                  302 404 403 403 403 404 404 404
ranking:terms                 302 403 200 403 403 403 403 403
ranking:item                  302 404 404 200 404 200 404 200
ranking:list                  302 404 404 404 404 200 200 200
ranking:rules                 302 200 200 403 403 200 200 200
ranking:rules_new             302 403 200 403 403 403 403 403
ranking:rules_schema          302 200 200 403 403 200 200 200
ranking:rules_example         302 404 404 403 403 404 404 404
ranking:rules_set             302 404 404 403 403 200 404 404
ranking:rules_sight           302 405 405 405 405 405 405 405
ranking:rules_edit            302 403 404 403 403 403 403 403
ranking:rules_source          302 404 404 403 403 200 404 404
ranking:trial                 302 403 404 403 403 403 403 403
ranking:manual                302 200 403 403 403 200 200 200
monitor:province              302 403 403 403 403 403 403 403
monitor:province_units        302 403 403 403 403 403 403 403
monitor:province_wall         302 403 403 403 403 403 403 403
monitor:province_waiting      302 403 403 403 403 403 403 403
monitor:province_picture      302 403 403 403 403 403 403 403
monitor:own                   302 200 403 403 403 200 200 200
monitor:mine                  302 200 403 200 200 200 200 200
monitor:mine_items            302 200 403 200 200 200 200 200
monitor:unit                  302 404 403 403 403 200 200 200
monitor:unit_units            302 404 403 403 403 200 200 200
monitor:unit_wall             302 404 403 403 403 200 200 200
monitor:unit_waiting          302 404 403 403 403 200 200 200
monitor:unit_picture          302 404 403 403 403 404 404 404
api:schema                    401 200 200 200 200 200 200 200
api:docs                      302 200 200 200 200 200 200 200
api:items                     401 200 200 200 200 200 200 200
api:item                      401 404 404 200 404 200 404 200
api:submit                    401 405 405 405 405 405 405 405
api:journey                   401 404 404 200 404 200 404 200
api:standings                 401 200 403 403 403 200 200 200
papers:index                  302 200 200 200 200 200 200 200
papers:inbox                  302 200 403 403 403 200 200 200
papers:delivery               302 404 403 403 403 200 404 404
papers:receive                302 405 405 405 405 405 405 405
papers:outbox                 302 200 403 403 403 200 200 200
papers:new                    302 200 403 403 403 200 200 200
papers:directory              302 200 403 403 403 200 200 200
papers:sent                   302 404 403 403 403 200 404 404
papers:urge                   302 405 405 405 405 405 405 405
papers:withdraw               302 404 403 403 403 200 404 404
papers:paper                  302 404 404 200 404 404 404 404
papers:confirm                302 405 405 405 405 405 405 405
papers:write                  302 405 405 405 405 405 405 405
papers:file                   302 404 404 404 404 404 404 404
circulars:index               302 200 403 403 403 200 200 200
circulars:circular            302 404 404 404 404 200 404 404
circulars:act                 302 405 405 405 405 405 405 405
circulars:edit                302 404 403 403 403 200 404 404
circulars:publish             302 404 403 403 403 409 404 404
circulars:year                302 200 403 403 403 200 200 200
circulars:year_file           302 404 403 403 403 404 404 404
circulars:file                302 404 404 404 404 404 404 404
duties:own                    302 200 200 200 200 200 200 200
duties:own_print              302 404 404 404 404 404 404 404
duties:circle                 302 200 403 403 403 200 200 200
duties:circle_items           302 404 403 403 403 404 404 404
duties:circle_points          302 404 403 403 403 404 404 404
duties:transfer               302 200 200 200 200 200 200 200
duties:members                302 200 403 403 403 200 200 200
duties:member                 302 404 403 403 403 200 404 404
duties:member_print           302 404 403 403 403 404 404 404
duties:records                302 200 403 403 403 200 200 200
duties:record_new             302 200 200 200 200 200 200 200
duties:proof                  302 404 404 404 404 404 404 404
duties:awards                 302 200 403 403 403 200 200 200
duties:award_new              302 200 403 403 403 200 200 200
duties:award                  302 404 403 403 403 404 404 404
duties:award_print            302 404 403 403 403 404 404 404
duties:list                   302 200 403 403 403 200 200 200
duties:targets                302 200 403 403 403 200 200 200
duties:targets_set            302 404 404 404 404 404 404 404
proposals:index               302 200 403 403 403 200 200 200
proposals:import              302 200 403 403 403 200 200 200
proposals:sample              302 200 403 403 403 200 200 200
proposals:remove_year         302 404 403 403 403 200 404 404
proposals:proposal            302 404 403 403 403 200 404 404
proposals:remove              302 405 403 403 403 405 405 405
"""


def expected() -> dict[str, list[int]]:
    """Return the table by the name of the address."""
    lines = (line.split() for line in TABLE.strip().splitlines())
    return {name: [int(status) for status in statuses] for name, *statuses in lines}


def test_the_table_names_every_address() -> None:
    addresses = [name for name, _ in patterns(get_resolver(settings.ROOT_URLCONF))]
    assert sorted(set(addresses)) == sorted(expected())
    assert {len(statuses) for statuses in expected().values()} == {len(READERS)}


def readers(world: World) -> list[tuple[Client, dict[str, list[Any]]]]:
    """Return a client for each of READERS, with the rows it asks for."""
    clerk = make_user(world.stranger, "cc_clerk", roles=["clerk"], posts=["research"])
    admin = make_user(world.stranger, "cc_admin", roles=["administrator"])
    return [
        (client_for(None, world.unit), world.rows | {"token": [link_of(world)]}),
        (client_for(clerk, world.stranger), world.rows),
        (client_for(admin, world.stranger), world.rows),
        (client_for(world.author, world.unit), world.rows),
        (client_for(world.other, world.unit), world.rows),
        (client_for(world.clerk, world.unit), world.rows),
        (client_for(world.city_clerk, world.city), world.rows),
        (client_for(world.city_clerk, world.city), world.city_rows),
    ]


def link_of(world: World) -> str:
    """Return the token of a link that somebody outside may answer one question by."""
    item = make_draft(world.unit, world.other, title="要核实的")
    with world.unit:
        run = review.submit(actor=world.other.actor, item_uuid=item.uuid, version=item.version)
        [(_, issued)] = review.ask_questions(
            actor=world.reviewer.actor,
            task_uuid=Task.objects.get(run=run, state=Task.State.OPEN).uuid,
            words="属实吗",
            to=review.Addressees(outside=[review.Outsider("区住建局", "王建国", "13912345678")]),
        ).links
    return str(issued.token)


def test_everybody_gets_what_the_table_says(unit: Unit, city: Unit, province: Unit, stranger: Unit) -> None:
    world = build(unit, city, province, stranger)
    dispatch_to_city(world)
    people = readers(world)
    found = {}
    for name, arguments in patterns(get_resolver(settings.ROOT_URLCONF)):
        statuses = []
        for client, rows in people:
            first = {argument: values[:1] for argument, values in rows.items()}
            path = addresses_of(name, arguments, first, settings.ROOT_URLCONF)[0]
            statuses.append(client.get(path).status_code)
        found[name] = statuses
    wrong = {name: statuses for name, statuses in found.items() if statuses != expected().get(name)}
    assert wrong == {}


NAME, MOBILE, REVIEWER = "司徒隐名", "13700000001", "何素心"
CITY_REVIEWER, ELSEWHERE, LEADER, WORDS, BACK = "林暗香", "朱漆缘由", "藏锋副市长", "紫檀批语", "竹青退意"
SECRETS = (NAME, MOBILE, REVIEWER, CITY_REVIEWER, ELSEWHERE, LEADER, WORDS, BACK)


@pytest.fixture
def spread(unit: Unit, city: Unit, province: Unit, stranger: Unit) -> dict[str, Any]:
    """An item under a pseudonym that the city sent back once and adopted then, and the province declined.

    Returns who reads, by name: the client, and the pages that could be theirs.
    """
    for one in (unit, city, province):
        with one:
            review.ensure_default_flow(actor=system(one.pk))
    author = make_user(unit, "situ", name=NAME, mobile=MOBILE)
    reviewer = make_user(unit, "he", name=REVIEWER, roles=["reviewer"], posts=["research"])
    clerk = make_user(unit, "zhou", name="周敏", roles=["clerk"])
    city_clerk = make_user(city, "lin", name=CITY_REVIEWER, roles=["clerk"], posts=["research"])
    province_clerk = make_user(province, "qin", name="秦岚", roles=["clerk"], posts=["research"])
    open_route(actor=system(None), sender=unit, receiver=province, kind=RouteKind.DIRECT)
    item = make_draft(unit, author, title="关于夜市占道的建议")
    with unit:
        assert item.authors.get().contact == MOBILE
        run = review.submit(actor=author.actor, item_uuid=item.uuid, version=item.version)
        review.decide_pass(actor=reviewer.actor, task_uuid=Task.objects.get(run=run).uuid)
    first, far = _send(unit, clerk, item, city, province)
    with city:
        exchange.return_dispatch(actor=city_clerk.actor, dispatch_uuid=first.uuid, reason=BACK)
    with province:
        exchange.decline(actor=province_clerk.actor, dispatch_uuid=far.uuid, reason=ELSEWHERE)
    [second] = _send(unit, clerk, item, city)
    with city:
        own = desk.accept(actor=city_clerk.actor, dispatch_uuid=second.uuid)
        review.decide_pass(actor=city_clerk.actor, task_uuid=Task.objects.get(run__item=own).uuid)
        desk.record_outcome(
            actor=city_clerk.actor, item_uuid=own.uuid, kind=EventKind.INSTRUCTION, leader=LEADER, leader_rank="city",
            words=WORDS, visibility=Visibility.FACT,
        )  # fmt: skip
    settle()
    outsider = make_user(stranger, "cc_clerk", roles=["clerk"], posts=["research"])
    here = [f"/items/{item.uuid}/{page}" for page in ("", "journey/", "send/", "outcomes/")]
    there = [f"/items/{own.uuid}/{page}" for page in ("", "journey/", "send/", "outcomes/")]
    here.append(f"/api/v1/items/{item.uuid}/journey/")
    there.append(f"/api/v1/items/{own.uuid}/journey/")
    sent = [f"/inbox/{one.uuid}/" for one in (first, second, far)]
    return {
        "author": (client_for(author, unit), here),
        "clerk": (client_for(clerk, unit), here),
        "receiver": (client_for(city_clerk, city), [*there, *sent]),
        "other receiver": (client_for(province_clerk, province), [*sent, *here, *there]),
        "neighbour": (client_for(outsider, stranger), [*here, *there, *sent]),
        "nobody": (client_for(None, unit), [*here, *sent]),
    }


def _send(unit: Unit, clerk: User, item: Item, *receivers: Unit) -> list[Dispatch]:
    with unit:
        item = Item.objects.get(pk=item.pk)
        ways = {way.unit: way.key for way in destinations(unit, clock.today())}
        return desk.send(
            actor=clerk.actor, item_uuid=item.uuid, version=item.version, to=[ways[one] for one in receivers],
            under_pseudonym=True,
        )  # fmt: skip


def test_pages_between_units_hold_these_fields_for_these_readers(spread: dict[str, Any]) -> None:
    found = {}
    for who, (client, pages) in spread.items():
        for path in pages:
            answer = ask(client, path)
            if answer.status == 200:
                place = path.strip("/").split("/")
                page = "/".join(part for part in place if len(part) < 36)
                found.setdefault((who, page), set()).update(answer.holds(SECRETS))
    assert found == FIELDS


# Which of SECRETS stand on the pages that a reader may open; a page that is not here answers nobody but with a refusal.
FIELDS: dict[tuple[str, str], set[str]] = {
    ("author", "items"): {NAME, REVIEWER},
    ("author", "items/journey"): {NAME, BACK, ELSEWHERE},
    ("author", "api/v1/items/journey"): {BACK, ELSEWHERE},
    ("clerk", "items"): {NAME, REVIEWER},
    ("clerk", "items/journey"): {NAME, BACK, ELSEWHERE},
    ("clerk", "items/send"): {BACK, ELSEWHERE},
    ("clerk", "items/outcomes"): {REVIEWER},
    ("clerk", "api/v1/items/journey"): {BACK, ELSEWHERE},
    ("receiver", "items"): {CITY_REVIEWER},
    ("receiver", "items/journey"): {CITY_REVIEWER, BACK, LEADER, WORDS},
    ("receiver", "items/send"): {CITY_REVIEWER},
    ("receiver", "items/outcomes"): {CITY_REVIEWER, LEADER, WORDS},
    ("receiver", "api/v1/items/journey"): {BACK, LEADER, WORDS},
    ("receiver", "inbox"): {CITY_REVIEWER, BACK},
    ("other receiver", "inbox"): {ELSEWHERE},
}
