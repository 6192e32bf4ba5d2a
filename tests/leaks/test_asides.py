"""Questions, remarks, writing in turns, review sheets: who gets what at each address, exactly, and what words."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from docx import Document
from pypdf import PdfReader

from tenants.accounts.models import User
from tenants.items import operations as items
from tenants.items.models import Edition, Item
from tenants.items.operations import AuthorInput
from tenants.notices.models import Notice
from tenants.review import operations as review
from tenants.review.models import Act, Question, Remark, Run, Task
from tenants.review.operations import Addressees, Outsider
from tests.factories import client_for, make_draft, make_user
from tests.leaks.world import counts, settle
from zhitong.core.models import AuditEntry, OneTimeLink
from zhitong.core.operations import system
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db

ASKED, PASSAGE, ANSWER, OPINION = "鲛绡问", "老旧小区充电桩不足", "鲛绡答", "鲛绡见"
INNER, HANDED, DRAFT, RELAY, CONTACT = "玄圭批", "青琅批", "墨玉洲", "白璧请", "13912345678"
WORDS = (ASKED, ANSWER, OPINION, INNER, HANDED, DRAFT, RELAY, CONTACT)
INSIDE = {ASKED, ANSWER, OPINION, INNER, HANDED, RELAY, CONTACT}


@dataclass
class Place:
    """The people, and the rows whose addresses are asked."""

    unit: Unit
    clients: dict[str, Client]
    item: Item
    run: Run
    draft: Item
    task: Task
    writing: Task
    question: Question
    inner: Remark
    handed: Remark
    link: str
    code: str

    def addresses(self) -> dict[str, str]:
        return {
            "verify": f"/review/tasks/{self.task.uuid}/verify/",
            "withdraw": f"/review/questions/{self.question.uuid}/withdraw/",
            "renew": f"/review/questions/{self.question.uuid}/renew/",
            "answer": self.link,
            "remarks": f"/review/runs/{self.run.uuid}/remarks/",
            "reply to inner": f"/review/remarks/{self.inner.uuid}/reply/",
            "reply": f"/review/remarks/{self.handed.uuid}/reply/",
            "settle": f"/review/remarks/{self.handed.uuid}/settle/",
            "relay": f"/review/tasks/{self.task.uuid}/relay/",
            "write": f"/review/tasks/{self.writing.uuid}/relay/",
            "pdf": f"/review/runs/{self.run.uuid}/sheet.pdf",
            "docx": f"/review/runs/{self.run.uuid}/sheet.docx",
            "pen": f"/items/{self.draft.uuid}/pen/",
            "edit": f"/items/{self.draft.uuid}/edit/",
            "take": f"/items/{self.draft.uuid}/pen/take/",
        }


@pytest.fixture
def place(unit: Unit, stranger: Unit) -> Place:
    with unit:
        review.ensure_default_flow(actor=system(unit.pk))
    people = {
        "author": make_user(unit, "liang", name="梁晓岚"),
        "co-author": make_user(unit, "su", name="苏明"),
        "asker": make_user(unit, "zhou", name="周敏", roles=["reviewer"], posts=["research"]),
        "asked": make_user(unit, "qu", name="区嘉豪", roles=["author"]),
        "on copy": make_user(unit, "lin", name="林岚", roles=["reviewer"]),
        "reads all": make_user(unit, "chen", name="陈立", roles=["leader"]),
        "administrator": make_user(unit, "guan", name="管理员", roles=["administrator"]),
        "pen": make_user(unit, "he", name="何静", roles=["reviewer"]),
        "colleague": make_user(unit, "mo", name="莫青", roles=["author", "reviewer"]),
        "neighbour": make_user(stranger, "cc", roles=["clerk", "reviewer"], posts=["research"]),
    }
    author, asker = people["author"], people["asker"]
    item, draft = make_draft(unit, author, urgency="important"), make_draft(unit, author, title=f"{DRAFT}草稿")
    with unit:
        signers = [AuthorInput(user=people[name].uuid) for name in ("author", "co-author")]
        items.set_authors(actor=author.actor, item_uuid=item.uuid, version=item.version, authors=signers)
        item.refresh_from_db()
        items.hand_pen(actor=author.actor, item_uuid=draft.uuid, version=draft.version, to=people["pen"].uuid)
        run = review.submit(actor=author.actor, item_uuid=item.uuid, version=item.version)
        task = Task.objects.get(run=run)
        review.copy_to(actor=asker.actor, task_uuid=task.uuid, who=[people["on copy"].uuid])
        outsider = Outsider("区住建局", "王建国", CONTACT)
        asked = review.ask_questions(
            actor=asker.actor,
            task_uuid=task.uuid,
            words=ASKED,
            passage=PASSAGE,
            to=Addressees(users=[people["asked"].uuid], outside=[outsider]),
        )
        own = Task.objects.get(run=run, holder=people["asked"])
        review.answer(actor=people["asked"].actor, task_uuid=own.uuid, words=ANSWER)
        review.ask_questions(
            actor=asker.actor,
            task_uuid=task.uuid,
            words=OPINION,
            kind="opinion",
            to=Addressees(users=[people["asked"].uuid]),
        )
        inner, handed = (
            review.write_remark(
                actor=asker.actor, run_uuid=run.uuid, quote=PASSAGE, words=words, for_authors=words == HANDED
            )
            for words in (INNER, HANDED)
        )
        review.relay(actor=asker.actor, task_uuid=task.uuid, who=author.uuid, reason=RELAY)
        writing = Task.objects.get(run=run, holder=author)
    settle()
    [(question, issued)] = asked.links
    clients = {name: client_for(user, stranger if name == "neighbour" else unit) for name, user in people.items()}
    clients["link holder"] = client_for(None, unit)
    return Place(
        unit=unit, clients=clients, item=item, run=run, draft=draft, task=task, writing=writing, question=question,
        inner=inner, handed=handed, link=f"/review/answer/{issued.token}/", code=issued.code,
    )  # fmt: skip


NONE = {"answer": 200}  # the code is asked of everybody on the unit's host; on another host there is no such link
GET: dict[str, dict[str, int]] = {
    "asker": {"verify": 200, "remarks": 200, "relay": 200, "pdf": 200, "docx": 200},
    "asked": {"remarks": 200, "pdf": 200, "docx": 200},
    "on copy": {"remarks": 200, "pdf": 200, "docx": 200},
    "reads all": {"verify": 200, "remarks": 200, "pdf": 200, "docx": 200},
    "administrator": {},  # sees where the run stands, and reads neither the text nor what quotes it
    "author": {"remarks": 200, "write": 200, "pen": 200, "edit": 302},
    "co-author": {"remarks": 200},
    "pen": {"pen": 200, "edit": 200},
    "colleague": {},
    "neighbour": {"answer": 404},
}
POSTS_ONLY = {"withdraw", "renew", "reply to inner", "reply", "settle", "take"}
READS: dict[str, set[str]] = {
    "asker": INSIDE,
    "asked": INSIDE,
    "on copy": INSIDE,
    "reads all": INSIDE,
    "administrator": set(),
    "author": {HANDED, RELAY, DRAFT},
    "co-author": {HANDED},
    "pen": {DRAFT},
    "colleague": set(),
    "neighbour": set(),
}


def words_of(answer: Any) -> str:
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kind = answer.headers.get("Content-Type", "")
    if kind == "application/pdf":
        return "".join(page.extract_text() for page in PdfReader(BytesIO(raw)).pages)
    if "wordprocessing" in kind:
        file = Document(BytesIO(raw))
        cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(paragraph.text for paragraph in file.paragraphs), *cells])
    return html.unescape(raw.decode())


@pytest.mark.parametrize("who", GET)
def test_who_gets_which_page_and_reads_what(place: Place, who: str) -> None:
    client, found, read = place.clients[who], {}, set()
    for name, path in place.addresses().items():
        answer = client.get(path)
        found[name], page = answer.status_code, words_of(answer)
        read |= {word for word in WORDS if word in page}
    assert found == {
        name: 405 if name in POSTS_ONLY else {**NONE, **GET[who]}.get(name, 404) for name in place.addresses()
    }
    pages = [f"/review/tasks/{place.task.uuid}/", f"/review/runs/{place.run.uuid}/", f"/items/{place.item.uuid}/"]
    pages += [f"/items/{place.item.uuid}/texts/", "/", "/items/", "/review/", "/notices/", f"/search/?q={PASSAGE}"]
    pages += [f"/review/tasks/{place.task.uuid}/?text=opinions", f"/review/runs/{place.run.uuid}/?text=original"]
    for path in pages:
        page = words_of(client.get(path, follow=True))
        read |= {word for word in WORDS if word in page}
    assert read == READS[who]


POST: dict[str, dict[str, tuple[int, ...]]] = {
    "asked": {"reply": (302,), "reply to inner": (302,), "settle": (302,), "remarks": (302,), "answer": (422,)},
    "on copy": {"reply": (302,), "reply to inner": (302,), "settle": (403,), "remarks": (302,), "answer": (422,)},
    "reads all": {"reply": (302,), "reply to inner": (302,), "settle": (403,), "remarks": (302,), "answer": (422,),
                  "verify": (403,), "withdraw": (403,), "renew": (403,)},
    "administrator": {"answer": (422,)},
    "author": {"reply": (302,), "write": (422,), "edit": (409,), "take": (302,), "answer": (422,)},
    "co-author": {"reply": (302,), "answer": (422,)},
    "pen": {"answer": (422,), "edit": (302,), "take": (403,)},
    "colleague": {"answer": (422,)},
    "neighbour": {},
    "link holder": {"answer": (422,)},
}  # fmt: skip
FORM = {
    "action": "ask", "kind": "verify", "words": "再问一次", "posts": "secretary", "reason": "理由", "days": "7",
    "quote": PASSAGE, "code": "x", "who": "", "answer": "改口", "problem": "",
}  # fmt: skip


@pytest.mark.parametrize("who", POST)
def test_who_can_change_what(place: Place, who: str) -> None:
    client = place.clients[who]
    with place.unit:
        writing, drafting = (Item.objects.get(pk=item.pk).version for item in (place.item, place.draft))
    closed = (302, 403, 404, 405) if who == "link holder" else (403, 404, 405)
    for name, path in place.addresses().items():
        answer = client.post(path, {**FORM, "version": drafting if name == "edit" else writing})
        allowed = POST[who].get(name, closed)
        assert answer.status_code in allowed, (name, answer.status_code)
        if answer.status_code == 302 and who == "link holder":
            assert "/accounts/login/" in answer.url, name
    with place.unit:
        assert not Question.objects.filter(withdrawn_at__isnull=False).exists()
        assert Question.objects.filter(answered_at__isnull=False).count() == 1
        assert OneTimeLink.objects.filter(unit_id=place.unit.pk).count() == 1


def test_absent_and_hidden_rows_look_the_same(place: Place) -> None:
    nothing = {"verify": "tasks", "withdraw": "questions", "reply": "remarks", "remarks": "runs", "pdf": "runs"}
    for who in ("colleague", "neighbour"):
        client = place.clients[who]
        for name in nothing:
            path = place.addresses()[name]
            absent = "/".join(
                "00000000-0000-4000-8000-000000000000" if len(part) == 36 else part for part in path.split("/")
            )
            for ask in (client.get, lambda path, client=client: client.post(path, FORM)):
                one, two = ask(path), ask(absent)
                assert one.status_code == two.status_code, (who, name)
                assert _said(one, path) == _said(two, absent), (who, name)


def _said(answer: Any, path: str) -> str:
    """Return a page without what differs each time it is asked for: its address, tokens and numbers of requests."""
    page = re.sub(r'(name="csrf-token" content|name="csrfmiddlewaretoken" value)="[^"]*"', "", words_of(answer))
    return re.sub(r"[0-9a-f]{32}", "", page.replace(path, ""))


Attempt = Callable[[Place, Client], Any]
ATTEMPTS: dict[str, Attempt] = {
    "another token": lambda p, c: c.post(p.link[:-5] + "AAAA/", {"code": p.code, "answer": "假"}),
    "token cut short": lambda p, c: c.post(p.link[:-9] + "/", {"code": p.code, "answer": "假"}),
    "token in other case": lambda p, c: c.post(
        f"/review/answer/{p.link.split('/')[-2].swapcase()}/", {"code": p.code, "answer": "假"}
    ),
    "no code": lambda p, c: c.post(p.link, {"answer": "假"}),
    "code of another link": lambda p, c: c.post(p.link, {"code": f"{(int(p.code) + 1) % 10**6:06}", "answer": "假"}),
    "code in the address": lambda p, c: c.get(f"{p.link}?code={p.code}&answer=假"),
    "digest as token": lambda p, c: c.post(
        f"/review/answer/{OneTimeLink.objects.get().digest}/", {"code": p.code, "answer": "假"}
    ),
    "question as token": lambda p, c: c.post(f"/review/answer/{p.question.uuid}/", {"code": p.code, "answer": "假"}),
}


@pytest.mark.parametrize("name", ATTEMPTS)
def test_tampered_links_open_nothing(place: Place, name: str) -> None:
    client = place.clients["link holder"]
    answer = ATTEMPTS[name](place, client)
    assert answer.status_code in {404, 422} or (name == "code in the address" and answer.status_code == 200)
    for word in (*WORDS, PASSAGE, "周敏", "梁晓岚"):
        assert word not in words_of(answer)
    with place.unit:
        assert Question.objects.get(pk=place.question.pk).answered_at is None


def test_the_link_answers_once_and_the_unit_reads_every_attempt(place: Place, stranger: Unit) -> None:
    client = place.clients["link holder"]
    shown = words_of(client.post(place.link, {"code": place.code}))
    assert PASSAGE in shown
    assert ASKED in shown
    assert not any(word in shown for word in (ANSWER, OPINION, INNER, HANDED, DRAFT, RELAY, CONTACT, "周敏", "梁晓岚"))
    before = counts(place.unit, Act, Edition, Task, Remark)
    done = client.post(place.link, {"code": place.code, "answer": "属实"})
    assert done.status_code == 200
    after = counts(place.unit, Act, Edition, Task, Remark)
    assert (after["Act"], after["Edition"], after["Task"]) == (before["Act"] + 1, before["Edition"], before["Task"])
    for replay in range(3):
        again = client.post(place.link, {"code": place.code, "answer": f"改口 {replay}"})
        assert again.status_code == 404
    elsewhere = client_for(None, stranger)
    assert elsewhere.post(place.link, {"code": place.code, "answer": "别处"}).status_code == 404
    with place.unit:
        assert Question.objects.get(pk=place.question.pk).answer == "属实"
    trail = AuditEntry.objects.filter(action__startswith="links.").order_by("seq")
    assert [(entry.action, entry.unit_key) for entry in trail.filter(unit_key=place.unit.pk)] == [
        ("links.issued", place.unit.pk),
        ("links.opened", place.unit.pk),
        ("links.used", place.unit.pk),
        *[("links.refused", place.unit.pk)] * 3,
    ]
    assert [entry.action for entry in trail.filter(unit_key=stranger.pk)] == ["links.refused"]
    assert not any(place.link.split("/")[-2] in entry.content for entry in trail)


def test_names_of_reviewers_stay_hidden_where_the_unit_hides_them(place: Place) -> None:
    with place.unit:
        Notice.objects.all().delete()  # what was told before the unit wished so stays told
    place.unit.hides_reviewers = True
    place.unit.save(update_fields=["hides_reviewers"])
    settle()
    for who in ("author", "co-author"):
        client = place.clients[who]
        for name in ("remarks", "write"):
            page = words_of(client.get(place.addresses()[name]))
            assert "周敏" not in page, (who, name)
            assert name == "write" or "研究室" in page
    with place.unit:
        asker = User.objects.get(username="zhou")
        review.remove_signer(actor=asker.actor, task_uuid=place.writing.uuid, reason="我自己改")
        review.write_remark(actor=asker.actor, run_uuid=place.run.uuid, quote=PASSAGE, words="再补", for_authors=True)
    settle()
    late = place.clients["author"].post(
        place.addresses()["write"], {"problem": "还在写", "title": "题", "suggestions": "议", "version": "1"}
    )
    assert late.status_code == 409
    assert "还在写" in words_of(late)
    for page in (words_of(late), words_of(place.clients["author"].get("/notices/"))):
        assert "周敏" not in page
