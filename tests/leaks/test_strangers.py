"""Every address of a unit's host, asked by everybody who should not read it: no word may come out."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tenants.accounts import operations as accounts
from tenants.accounts.models import User
from tenants.desk import operations as desk
from tenants.items import operations as items
from tenants.items.fields import AuthorInput
from tenants.items.models import Attachment, Edition, Item
from tenants.notices.models import Notice
from tenants.papers import operations as papers
from tenants.review import operations as review
from tenants.review.models import Act, Run, Task
from tests.factories import client_for, make_user, public_client
from tests.leaks.world import (
    BODY,
    COMMENT,
    DRAFT,
    EVERY,
    KEY,
    LISTS,
    MOBILE,
    PAPER,
    PROPOSAL,
    REASON,
    REMARK,
    SENT,
    TITLE,
    WORDS,
    World,
    addresses,
    ask,
    build,
    counts,
    dispatch_to_city,
    object_addresses,
    settle,
)  # fmt: skip
from zhitong.core import workday_table
from zhitong.core.errors import NotFound
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Audience, Dispatch, Event, PaperKind
from zhitong.exchange.operations import NewPaper
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
_ROWS = (Item, Edition, Attachment, Run, Task, Act, Notice)


@pytest.fixture
def world(unit: Unit, city: Unit, province: Unit, stranger: Unit) -> World:
    return build(unit, city, province, stranger)


FIGURES = ("/ranking/counts/", "/overview/")
ABOVE = "the city's clerk before anything was sent"


def outsiders(world: World) -> dict[str, Client]:
    """Clients of everybody who has nothing to do with the item."""
    clerk = make_user(world.stranger, "cc_clerk", roles=["clerk"], posts=["research"])
    admin = make_user(world.stranger, "cc_admin", roles=["administrator"])
    return {
        "another author of the unit": client_for(world.other, world.unit),
        "a neighbour's clerk": client_for(clerk, world.stranger),
        "a neighbour's administrator": client_for(admin, world.stranger),
        ABOVE: client_for(world.city_clerk, world.city),
    }


def leaks(
    client: Client, world: World, forbidden: tuple[str, ...], rows: dict[str, list[Any]] | None = None
) -> list[tuple[str, int, list[str]]]:
    """Return where one of the forbidden words can be read, or the server breaks."""
    found = []
    for path in [*addresses(rows or world.rows), *LISTS]:
        answer = ask(client, path)
        if answer.holds(forbidden) or answer.status >= 500:
            found.append((path, answer.status, answer.holds(forbidden)))
    return found


def test_the_words_are_there_for_those_who_may_read_them(world: World) -> None:
    """Else all the other tests of this file would prove nothing."""

    def readable(user: User, unit: Unit, rows: dict[str, list[Any]]) -> set[str]:
        client = client_for(user, unit)
        answers = [ask(client, path) for path in [*addresses(rows), *LISTS]]
        return {word for answer in answers for word in answer.holds(EVERY)}

    assert readable(world.author, world.unit, world.rows) >= {*SENT, REASON, DRAFT, REMARK, KEY, PAPER}
    assert PROPOSAL in readable(world.reader, world.unit, world.rows)
    assert readable(world.clerk, world.unit, world.rows) >= {*SENT, REASON, COMMENT, PAPER, PROPOSAL}
    dispatch_to_city(world)
    assert readable(world.city_clerk, world.city, world.city_rows) >= {*SENT, WORDS}


def test_anonymous_readers_are_sent_to_the_door(world: World) -> None:
    dispatch_to_city(world)
    for unit in (world.unit, world.city, world.stranger):
        client = client_for(None, unit)
        assert leaks(client, world, EVERY) == []
        for path in addresses(world.rows):
            answer = ask(client, path)
            is_public = path in {"/healthz", "/accounts/login/"}
            assert answer.status in ({200} if is_public else {302, 401, 403, 404, 405}), path


def test_outsiders_read_nothing(world: World) -> None:
    for who, client in outsiders(world).items():
        assert leaks(client, world, EVERY) == [], who


def test_absent_and_hidden_look_the_same(world: World) -> None:
    for who, client in outsiders(world).items():
        for hidden, absent in object_addresses(world.rows):
            if hidden.startswith("/ranking/unit/"):
                continue  # ledgers of one's own group are public within it
            one, two = ask(client, hidden), ask(client, absent)
            if who == ABOVE and hidden.startswith(FIGURES) and one.status == 200:
                # Units below are counted by whom they report to; what can be read there is walked above.
                assert two.status == 404, hidden
                continue
            assert (one.status, one.shape) == (two.status, two.shape), (who, hidden)
            assert one.status in {403, 404, 405}, (who, hidden, one.status)


def test_posts_of_outsiders_change_nothing_and_tell_nothing(world: World) -> None:
    data = {"version": "1", "verb": "decline", "reason": "理由", "action": "submit", "to": f"u:{world.city.uuid}"}
    before = counts(world.unit, *_ROWS), Dispatch.objects.count(), Event.objects.count()
    for who, client in outsiders(world).items():
        for hidden, absent in object_addresses(world.rows):
            one, two = ask(client, hidden, "post", **data), ask(client, absent, "post", **data)
            assert one.holds(EVERY) == [], (who, hidden)
            assert (one.status, one.shape) == (two.status, two.shape), (who, hidden)
            assert one.status in {403, 404, 405, 415}, (who, hidden, one.status)
    assert (counts(world.unit, *_ROWS), Dispatch.objects.count(), Event.objects.count()) == before


def test_colleagues_read_no_draft_and_no_key_of_the_author(world: World) -> None:
    boss = make_user(world.unit, "boss", roles=["administrator"])
    for user in (world.clerk, world.reader, world.reviewer, boss):
        assert leaks(client_for(user, world.unit), world, (DRAFT, KEY)) == [], user.username


def test_a_co_author_reads_the_draft_from_being_named_until_declining(world: World) -> None:
    client = client_for(world.other, world.unit)
    assert leaks(client, world, (DRAFT,)) == []
    with world.unit:
        items.set_authors(
            actor=world.author.actor,
            item_uuid=world.draft.uuid,
            version=world.draft.version,
            authors=[AuthorInput(user=world.author.uuid), AuthorInput(user=world.other.uuid)],
        )
    settle()
    found = {path for path, status, _words in leaks(client, world, (DRAFT,)) if status == 200}
    assert {"/", f"/items/{world.draft.uuid}/sign/"} <= found
    assert f"/items/{world.draft.uuid}/edit/" not in found  # reading is not writing
    assert leaks(client, world, tuple(word for word in EVERY if word != DRAFT)) == []  # this draft and nothing else
    for user in (world.clerk, world.reader, world.reviewer):
        assert leaks(client_for(user, world.unit), world, (DRAFT,)) == [], user.username
    with world.unit:
        items.decline_signing(actor=world.other.actor, item_uuid=world.draft.uuid, reason="不了解这件事")
    settle()
    assert leaks(client, world, (DRAFT,)) == []  # in the question among their notices neither


def test_the_receiver_reads_what_was_sent_and_no_more(world: World) -> None:
    dispatch_to_city(world)
    inner = (REASON, COMMENT, REMARK, MOBILE, DRAFT)
    for rows in (world.rows, world.city_rows):
        assert leaks(client_for(world.city_clerk, world.city), world, inner, rows) == []
    for who, client in outsiders(world).items():
        if "city" in who:
            continue
        for rows in (world.rows, world.city_rows):
            assert leaks(client, world, EVERY, rows) == [], who


def test_a_leaders_words_stay_with_the_unit_that_recorded_them(world: World) -> None:
    dispatch_to_city(world)
    for user in (world.author, world.clerk, world.reviewer, world.reader):
        assert leaks(client_for(user, world.unit), world, (WORDS,)) == [], user.username


def test_the_province_counts_and_does_not_read(world: World, province: Unit) -> None:
    dispatch_to_city(world)
    office = make_user(province, "tongji", roles=["province_office", "clerk"])
    assert leaks(client_for(office, province), world, EVERY) == []


def test_operators_of_the_platform_read_no_item(world: World) -> None:
    dispatch_to_city(world)
    operator = accounts.create_user(
        actor=system(None), username="yunwei", name="运维", member_kind="staff", roles=["operator"]
    )
    client = public_client()
    client.force_login(operator)
    for path in addresses(world.rows, settings.PUBLIC_SCHEMA_URLCONF):
        answer = ask(client, path)
        assert answer.holds(EVERY) == [], path
        assert answer.status < 500, path
    assert leaks(client, world, EVERY) == []  # the units' addresses do not exist on the bare host


def test_the_platforms_pages_do_not_exist_for_a_units_people(world: World) -> None:
    boss = make_user(world.unit, "boss", roles=["administrator"])
    inside = client_for(boss, world.unit)
    carried = public_client()  # the same session on the bare host, where the platform's own accounts live
    carried.cookies[settings.SESSION_COOKIE_NAME] = inside.cookies[settings.SESSION_COOKIE_NAME].value
    for name in ("home", "unit_new", "outbox", "search", "search_act", "audit", "calendar", "calendar_drop"):
        path = reverse(f"operators:{name}", settings.PUBLIC_SCHEMA_URLCONF)
        assert ask(inside, path).status == 404, path
        assert ask(carried, path).status in {302, 403}, path
        day = {"first": "2090-02-04", "working": "0", "reason": "春节"}
        assert inside.post(path, day).status_code == 404, path
        assert carried.post(path, day).status_code in {302, 403}, path
    assert workday_table.counts_by_year() == {}


def test_a_session_of_one_unit_is_no_session_of_another(world: World) -> None:
    signed_in = client_for(world.clerk, world.unit)
    cookie = signed_in.cookies[settings.SESSION_COOKIE_NAME].value
    namesake = make_user(world.stranger, "zhou", roles=["clerk"])
    for host in (world.stranger, world.city):
        carried = Client(SERVER_NAME=host.get_primary_domain().domain)
        carried.cookies[settings.SESSION_COOKIE_NAME] = cookie
        assert ask(carried, "/items/all/").status == 302
    # Even with a row of that key in the other schema, the session names the unit it was opened in.
    copied = client_for(namesake, world.stranger)
    with world.stranger:
        session = copied.session
        session["unit_id"] = world.unit.pk
        session.save()
    assert ask(copied, "/items/all/").status == 302


def test_the_cache_is_parted_by_unit(world: World) -> None:
    with world.unit:
        cache.set("列表", TITLE)
    with world.stranger:
        assert cache.get("列表") is None
    assert cache.get("列表") is None
    with world.unit:
        assert cache.get("列表") == TITLE


Call = Callable[[Any, dict[str, UUID]], object]
CALLS: dict[str, Call] = {
    "save_draft": lambda a, ids: items.save_draft(actor=a, item_uuid=ids["item"], version=1, changes={"title": "改"}),
    "set_authors": lambda a, ids: items.set_authors(actor=a, item_uuid=ids["item"], version=1, authors=[]),
    "confirm signing": lambda a, ids: items.confirm_signing(actor=a, item_uuid=ids["item"]),
    "decline signing": lambda a, ids: items.decline_signing(actor=a, item_uuid=ids["item"], reason="否"),
    "delete_draft": lambda a, ids: items.delete_draft(actor=a, item_uuid=ids["draft"]),
    "remove_attachment": lambda a, ids: items.remove_attachment(
        actor=a, item_uuid=ids["item"], attachment_uuid=ids["file"]
    ),
    "submit": lambda a, ids: review.submit(actor=a, item_uuid=ids["draft"], version=1),
    "recall item": lambda a, ids: review.recall(actor=a, item_uuid=ids["item"], reason="撤"),
    "pass": lambda a, ids: review.decide_pass(actor=a, task_uuid=ids["task"]),
    "return": lambda a, ids: review.decide_return(actor=a, task_uuid=ids["task"], reason="退"),
    "decline": lambda a, ids: review.decide_decline(actor=a, task_uuid=ids["task"], reason="否"),
    "keep": lambda a, ids: review.decide_keep(actor=a, task_uuid=ids["task"], reason="留"),
    "send": lambda a, ids: desk.send(actor=a, item_uuid=ids["item"], version=1, to=["u:x"]),
    "accept": lambda a, ids: desk.accept(actor=a, dispatch_uuid=ids["dispatch"]),
    "receive": lambda a, ids: exchange.receive(actor=a, dispatch_uuid=ids["dispatch"]),
    "return dispatch": lambda a, ids: exchange.return_dispatch(actor=a, dispatch_uuid=ids["dispatch"], reason="退"),
    "keep dispatch": lambda a, ids: exchange.keep(actor=a, dispatch_uuid=ids["dispatch"], reason="留"),
    "decline dispatch": lambda a, ids: exchange.decline(actor=a, dispatch_uuid=ids["dispatch"], reason="否"),
    "recall dispatch": lambda a, ids: exchange.recall(actor=a, dispatch_uuid=ids["dispatch"]),
    "refer dispatch": lambda a, ids: exchange.refer(actor=a, dispatch_uuid=ids["dispatch"], reason="否"),
    "settle dispatch": lambda a, ids: exchange.settle(actor=a, dispatch_uuid=ids["dispatch"]),
    "ask a recall": lambda a, ids: exchange.ask_recall(actor=a, dispatch_uuid=ids["dispatch"], reason="撤"),
    "grant a recall": lambda a, ids: desk.grant_recall(actor=a, dispatch_uuid=ids["dispatch"]),
    "refuse a recall": lambda a, ids: exchange.refuse_recall(actor=a, dispatch_uuid=ids["dispatch"], reason="否"),
    "correct": lambda a, ids: desk.correct(actor=a, item_uuid=ids["item"], version=1, texts={"title": "改"}),
    "withdraw received": lambda a, ids: review.withdraw_received(actor=a, item_uuid=ids["item"], reason="撤"),
    "record": lambda a, ids: desk.record_outcome(actor=a, item_uuid=ids["item"], kind="replied", words="复"),
    "read paper": lambda a, ids: papers.read_paper(actor=a, paper_uuid=ids["paper"]),
    "confirm paper": lambda a, ids: papers.confirm_paper(actor=a, paper_uuid=ids["paper"]),
    "write for a call": lambda a, ids: papers.write_for_call(actor=a, paper_uuid=ids["paper"]),
    "urge people": lambda a, ids: papers.urge_people(actor=a, paper_uuid=ids["paper"]),
    "show item": lambda a, ids: papers.show_item(
        actor=a, new=NewPaper(uuid4(), PaperKind.EXEMPLAR, "优秀"), item_uuid=ids["item"]
    ),
    "pass on": lambda a, ids: papers.publish(
        actor=a, new=NewPaper(uuid4(), PaperKind.NOTICE, "转", "转", audience=Audience.ALL), parent=ids["delivery"]
    ),
    "receive paper": lambda a, ids: exchange.receive_paper(actor=a, delivery_uuid=ids["delivery"]),
    "withdraw paper": lambda a, ids: exchange.withdraw_paper(actor=a, paper_uuid=ids["paper"], reason="撤"),
    "urge units": lambda a, ids: exchange.urge_receivers(
        actor=a, paper_uuid=ids["paper"], deliveries=[ids["delivery"]]
    ),
    "answer a call": lambda a, ids: exchange.answer_call(actor=a, paper_uuid=ids["paper"], item_uuid=ids["item"]),
    "reverse": lambda a, ids: exchange.reverse(actor=a, event_uuid=ids["event"], reason="错"),
}


def test_operations_find_no_row_of_another_unit(world: World) -> None:
    dispatch_to_city(world)
    assert world.dispatch
    ids = {
        "item": world.item.uuid,
        "draft": world.draft.uuid,
        "file": world.rows["file_uuid"][0],
        "task": world.rows["task_uuid"][0],
        "dispatch": world.dispatch.uuid,
        "event": world.rows["event_uuid"][0],
        "paper": world.paper_uuid,
        "delivery": world.delivery_uuid,
    }
    neighbour = make_user(world.stranger, "cc", roles=["clerk", "reviewer", "leader"], posts=["research"])
    found = {}
    for name, call in CALLS.items():
        for given in (ids, {key: uuid4() for key in ids}):
            with world.stranger:
                try:
                    call(neighbour.actor, given)
                except Exception as error:  # the kind is what is looked at
                    found.setdefault(name, []).append((type(error), str(error)))
                else:
                    found.setdefault(name, []).append((None, "went through"))
    wrong = {name: pair for name, pair in found.items() if pair[0] != pair[1] or pair[0][0] is not NotFound}
    assert wrong == {}
    assert BODY not in str(found)
