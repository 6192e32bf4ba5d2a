"""Handlings: who gets what at each address, exactly, and which words, before and after an answer is opened."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tenants.accounts.models import User
from tenants.handling import operations
from tenants.handling.operations import Named
from tests.factories import client_for, make_user
from tests.leaks.world import settle
from tests.tenants.desk.conftest import Office, people
from zhitong.core import clock
from zhitong.core.errors import NotFound
from zhitong.core.models import AuditEntry
from zhitong.documents import storage
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import EventKind, Handling, HandlingFile, HandlingStep, Visibility
from zhitong.exchange.operations import handling
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
ASKED, LEADERS, ANSWER, CO_ANSWER, INTERIM = "玉衡求", "天璇批", "开阳答", "摇光答", "天权阶"
DELAY, RATED, MOBILE, PERSON, FILE, CO_FILE = "天玑延", "玉轮评", "13812340000", "钱局长", "主办件", "会办件"
AUTHOR, BUREAU = "梁晓岚", "区住建局"
WORDS = (ASKED, LEADERS, ANSWER, CO_ANSWER, INTERIM, DELAY, RATED, MOBILE, PERSON, FILE, CO_FILE, AUTHOR)
EVERYTHING = set(WORDS)


@dataclass
class Place:
    """A handling with the party as its lead and a bureau outside joining in, and everybody who may come by."""

    office: Office
    party: Unit
    handler: User
    clients: dict[str, Client]
    handling: Handling
    paths: dict[str, str]
    link: str
    code: str

    def statuses(self, who: str) -> dict[str, int]:
        return {name: self.clients[who].get(path).status_code for name, path in self.paths.items()}

    def words(self, who: str) -> set[str]:
        """Return what can be read on all the pages together."""
        return {word for path in self.paths.values() for word in read(self.clients[who], path)}


def read(client: Client, path: str, form: Mapping[str, str] | None = None) -> set[str]:
    answer = client.get(path) if form is None else client.post(path, form)
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = html.unescape(raw.decode("utf-8", "replace"))
    return {word for word in WORDS if word in text}


@pytest.fixture
def place(unit: Unit, party: Unit, stranger: Unit, city: Unit) -> Place:
    office = people(unit, "a_")
    handler = make_user(party, "p_he", name="何静", roles=["clerk"])
    item = office.approved()
    with unit:
        event = exchange.record(
            actor=office.clerk.actor, item_uuid=item.uuid, kind=EventKind.INSTRUCTION, leader="李副区长",
            leader_rank="county", words=LEADERS, visibility=Visibility.FACT,
        )  # fmt: skip
        made = operations.pass_on(
            actor=office.clerk.actor, item_uuid=item.uuid, request=ASKED, lead=Named(party.short_name),
            co=[Named(BUREAU, PERSON, MOBILE, place="co_1")], days=20, instruction_uuid=event.uuid,
        )  # fmt: skip
        [(co, issued)] = made.links
        co_file = storage.store(unit, SimpleUploadedFile(f"{CO_FILE}.txt", b"co"))
        handling.answer(actor=office.clerk.actor, assignment_uuid=co.uuid, seen=1, words=CO_ANSWER, files=[co_file])
        # A second one, still open, shows what a link opens.
        other = operations.pass_on(
            actor=office.clerk.actor, item_uuid=item.uuid, request=ASKED, lead=Named(BUREAU, PERSON, MOBILE), days=20,
        )  # fmt: skip
        [(_, issued)] = other.links
    lead = made.handling.assignments.get(role="lead")
    with party:
        handling.interim(actor=handler.actor, assignment_uuid=lead.uuid, seen=1, words=INTERIM)
        later = clock.local_date(lead.due_at) + timedelta(days=7)
        handling.ask_extension(actor=handler.actor, assignment_uuid=lead.uuid, seen=3, reason=DELAY, until=later)
        file = storage.store(party, SimpleUploadedFile(f"{FILE}.txt", b"lead"))
        handling.answer(actor=handler.actor, assignment_uuid=lead.uuid, seen=4, words=ANSWER, result="A", files=[file])
    settle()
    clients = {
        "clerk": client_for(office.clerk, unit),
        "leader": client_for(office.leader, unit),
        "reader": client_for(office.reader, unit),
        "author": client_for(office.author, unit),
        "colleague": client_for(make_user(unit, "a_mo", name="莫青"), unit),
        "administrator": client_for(make_user(unit, "a_boss", name="管理员", roles=["administrator"]), unit),
        "handler": client_for(handler, party),
        "handler's member": client_for(make_user(party, "p_mo", name="盟员"), party),
        "neighbour": client_for(make_user(stranger, "c_zhou", name="邻区", roles=["clerk", "leader"]), stranger),
        "above": client_for(make_user(city, "b_zhou", name="市里", roles=["clerk", "leader"]), city),
        "nobody": client_for(None, unit),
    }
    files = {one.name: f"/handling/files/{one.uuid}/" for one in HandlingFile.objects.all()}
    here = f"/handling/{made.handling.uuid}"
    paths = {
        "list": "/handling/?tab=all",
        "inbox": "/handling/inbox/?tab=all",
        "handling": f"{here}/",
        "lead": f"/handling/inbox/{lead.uuid}/",
        "co": f"/handling/inbox/{co.uuid}/",
        "pass on": f"/handling/items/{item.uuid}/",
        "again": f"{here}/again/",
        "rate": f"{here}/rate/{item.uuid}/",
        "sheet": f"{here}/sheet.docx",
        "file": files[f"{FILE}.txt"],
        "co file": files[f"{CO_FILE}.txt"],
        "journey": f"/items/{item.uuid}/journey/",
    }
    return Place(
        office, party, handler, clients, made.handling, paths, f"/handling/answer/{issued.token}/", issued.code
    )


_NOWHERE = dict.fromkeys(("handling", "lead", "co", "pass on", "again", "rate", "sheet", "file", "co file"), 404)
STATUSES = {
    "clerk": {
        "list": 200, "inbox": 200, "handling": 200, "lead": 404, "co": 404, "pass on": 200, "again": 200, "rate": 404,
        "sheet": 200, "file": 200, "co file": 200, "journey": 200,
    },
    "leader": {
        "list": 200, "inbox": 403, "handling": 200, "lead": 403, "co": 403, "pass on": 403, "again": 403, "rate": 404,
        "sheet": 200, "file": 200, "co file": 200, "journey": 200,
    },
    "reader": {
        "list": 200, "inbox": 403, "handling": 200, "lead": 403, "co": 403, "pass on": 403, "again": 403, "rate": 404,
        "sheet": 200, "file": 200, "co file": 200, "journey": 200,
    },
    "author": {
        "list": 403, "inbox": 403, "handling": 403, "lead": 403, "co": 403, "pass on": 403, "again": 403, "rate": 404,
        "sheet": 403, "file": 404, "co file": 404, "journey": 200,
    },
    "colleague": {
        "list": 403, "inbox": 403, "handling": 403, "lead": 403, "co": 403, "pass on": 403, "again": 403, "rate": 404,
        "sheet": 403, "file": 404, "co file": 404, "journey": 404,
    },
    "administrator": {
        "list": 403, "inbox": 403, "handling": 403, "lead": 403, "co": 403, "pass on": 403, "again": 403, "rate": 404,
        "sheet": 403, "file": 404, "co file": 404, "journey": 404,
    },
    "handler": {
        **_NOWHERE, "list": 200, "inbox": 200, "lead": 200, "file": 200, "co file": 200, "journey": 404,
    },
    "handler's member": {
        "list": 403, "inbox": 403, "handling": 403, "lead": 403, "co": 403, "pass on": 403, "again": 403, "rate": 404,
        "sheet": 403, "file": 404, "co file": 404, "journey": 404,
    },
    "neighbour": {**_NOWHERE, "list": 200, "inbox": 200, "journey": 404},
    "above": {**_NOWHERE, "list": 200, "inbox": 200, "journey": 404},
    "nobody": dict.fromkeys((*_NOWHERE, "list", "inbox", "journey"), 302),
}  # fmt: skip
OFFICE = EVERYTHING - {RATED, MOBILE, PERSON}
READABLE = {
    "clerk": EVERYTHING - {RATED},  # who answers for the bureau, and how to reach them: the clerks alone
    "leader": OFFICE,
    "reader": OFFICE,
    "author": {AUTHOR},
    "handler": {ASKED, INTERIM, DELAY, ANSWER, FILE, CO_ANSWER, CO_FILE},
}


def test_everybody_gets_at_each_address_what_they_may(place: Place) -> None:
    assert {who: place.statuses(who) for who in place.clients} == STATUSES


def test_everybody_reads_the_words_they_may(place: Place) -> None:
    assert {who: place.words(who) for who in place.clients} == {who: READABLE.get(who, set()) for who in place.clients}


def test_an_opened_answer_is_the_authors_and_nothing_else_is(place: Place) -> None:
    with place.office.unit:
        handling.release_answer(actor=place.office.clerk.actor, handling_uuid=place.handling.uuid)
    settle()
    found = place.statuses("author")
    assert (found["rate"], found["file"], found["co file"], found["handling"]) == (200, 200, 404, 403)
    assert place.words("author") == {AUTHOR, ANSWER, FILE}
    for who in ("colleague", "administrator", "neighbour", "above", "handler's member", "nobody"):
        assert place.words(who) == set(), who
    rated = place.clients["author"].post(place.paths["rate"], {"rating": "unsatisfied", "words": RATED})
    assert rated.status_code == 302
    settle()
    assert place.words("clerk") == EVERYTHING
    assert RATED not in place.words("neighbour") | place.words("handler's member") | place.words("colleague")


def test_a_link_shows_what_was_passed_and_nothing_else(place: Place) -> None:
    outside = place.clients["nobody"]
    assert read(outside, place.link) == set()
    assert read(outside, place.link, {"code": "12"}) == set()
    shown = read(outside, place.link, {"code": place.code})
    assert shown == {ASKED, PERSON}  # the watermark names who reads
    wanted = HandlingFile.objects.get(name=f"{FILE}.txt").uuid
    assert outside.post(place.link, {"code": place.code, "file": f"{wanted}"}).status_code == 404
    assert outside.post(place.link, {"code": place.code, "file": f"{uuid4()}"}).status_code == 404
    assert outside.post(place.link, {"code": place.code, "file": "x"}).status_code == 404
    # On another unit's host the link is none, and it says nothing of why.
    for host in (place.party, place.office.unit):
        forged = client_for(None, host).post("/handling/answer/xyz/", {"code": place.code})
        assert (forged.status_code, "链接不能用了" in forged.content.decode()) == (404, True)
    assert AuditEntry.objects.filter(action="links.refused", object_kind="handling.assignment").count() == 2


def test_posts_of_others_change_nothing(place: Place) -> None:
    lead = place.handling.assignments.get(role="lead")
    before = HandlingStep.objects.count()
    for who in ("neighbour", "above", "author", "leader", "colleague", "handler's member", "administrator"):
        client = place.clients[who]
        for path, form in {
            f"/handling/parts/{lead.uuid}/act/": {"verb": "take_back", "reason": "不", "seen": "5"},
            f"/handling/parts/{lead.uuid}/reassign/": {"lead_name": "佛山市政协", "days": "5", "seen": "5"},
            f"/handling/parts/{lead.uuid}/enter/": {"verb": "answer", "stage": "interim", "words": "假", "seen": "5"},
            f"/handling/inbox/{lead.uuid}/": {"verb": "answer", "stage": "interim", "words": "假", "seen": "5"},
            f"/handling/{place.handling.uuid}/release/": {},
            f"/handling/{place.handling.uuid}/again/": {"request": "再", "days": "5"},
            place.paths["rate"]: {"rating": "satisfied"},
            place.paths["pass on"]: {"instruction": "item", "request": "假", "days": "5", "lead_name": "佛山市政协"},
        }.items():
            answer = client.post(path, form)
            assert answer.status_code in {403, 404}, (who, path, answer.status_code)
    assert HandlingStep.objects.count() == before
    assert not Handling.objects.get(pk=place.handling.pk).is_released


def test_operations_find_no_handling_of_another_unit(place: Place, stranger: Unit) -> None:
    with stranger:
        neighbour = User.objects.get(username="c_zhou")
        lead = place.handling.assignments.get(role="lead")
        known = {"actor": neighbour.actor, "assignment_uuid": lead.uuid}
        for call in (
            lambda: operations.renew_link(**known),
            lambda: operations.reassign(**known, seen=5, to=Named("佛山市政协"), days=5),
            lambda: operations.second_round(
                actor=neighbour.actor, handling_uuid=place.handling.uuid, request="再", days=5
            ),
            lambda: operations.rate(
                actor=neighbour.actor,
                handling_uuid=place.handling.uuid,
                item_uuid=place.handling.item_uuid,
                rating="satisfied",
            ),
            lambda: handling.receive_assignment(**known),
            lambda: handling.urge(**known, seen=5),
        ):
            with pytest.raises(NotFound):
                call()
