"""A unit full of words that exist nowhere else, every address of a unit's host, and what a reader gets there."""

import html
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tenants.accounts import operations as accounts
from tenants.accounts.models import User
from tenants.circulars import operations as circulars
from tenants.desk import operations as desk
from tenants.items import operations as items
from tenants.items.models import Item
from tenants.items.texts import Texts
from tenants.notices.models import Notice
from tenants.papers import operations as papers
from tenants.proposals import operations as proposals
from tenants.proposals.models import Proposal
from tenants.review import operations as review
from tenants.review.models import Phrase, Run, Task
from tests.factories import TEXT, make_draft, make_user, refuse_failed_messages
from tests.platform.ranking.histories import PRESET, publish
from zhitong.core import clock, outbox
from zhitong.core.operations import NOBODY, system
from zhitong.core.tables import RawRow
from zhitong.exchange.models import Audience, Dispatch, Event, EventKind, PaperKind, Visibility
from zhitong.exchange.operations import NewPaper
from zhitong.ranking import operations as ranking
from zhitong.ranking.models import RuleSet
from zhitong.ranking.periods import Period
from zhitong.ranking.tasks import refresh_standings
from zhitong.units.models import Unit
from zhitong.units.queries import destinations

TITLE, BODY, REMARK, REASON, COMMENT = "蓝鲸塘", "琥珀巷", "玳瑁台", "朱砂坡", "丹青岭"
DRAFT, FILE, INSIDE, MOBILE, WORDS, KEY = "墨玉洲", "翡翠簿", "JADEITE-INSIDE", "13798765432", "紫檀批语", "绿松石"
PAPER = "孔雀砚"  # in a call of the unit to its author alone
CIRCULAR = "白鹭滩"  # in a circular of the unit that nobody has signed
PROPOSAL = "鹦鹉桥"  # in a proposal that the unit has filed
EVERY = (TITLE, BODY, REMARK, REASON, COMMENT, DRAFT, FILE, INSIDE, MOBILE, WORDS, KEY, PAPER, CIRCULAR, PROPOSAL)
SENT = (TITLE, BODY, FILE, INSIDE)  # what a receiver gets with a dispatch
COMMON = "充电桩"  # an ordinary word of the text: one may ask for it without giving the secret away
LISTS = (
    f"/search/?q={COMMON}", f"/items/all/?q={COMMON}", "/items/?tab=draft", "/inbox/?tab=all", f"/inbox/?q={COMMON}",
    "/review/?tab=all", "/review/?tab=done", "/send/?tab=sent", "/province/units/?group=committee-county&what=sent",
    "/api/v1/items/?limit=100", "/papers/?kind=call", "/papers/in/", "/papers/out/",
    "/circulars/",
)  # fmt: skip
_NO_WALK = {"accounts:logout", "api:not_found"}  # one ends the session, the other serves what is no address
_PDF = f"%PDF-1.7\n1 0 obj\n<</Title({INSIDE})>>\nendobj\ntrailer\n<<>>\n%%EOF\n".encode()
_CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|E-[0-9A-F]{8}|[0-9A-Za-z]{64}|\d\d:\d\d(:\d\d)?")


@dataclass
class World:
    """The people of four units, and the rows of 南海 that others must not see."""

    unit: Unit
    city: Unit
    stranger: Unit
    author: User
    other: User
    reviewer: User
    clerk: User
    reader: User
    city_clerk: User
    item: Item
    draft: Item
    rows: dict[str, list[Any]] = field(default_factory=dict)
    city_rows: dict[str, list[Any]] = field(default_factory=dict)
    dispatch: Dispatch | None = None
    paper_uuid: UUID = NOBODY
    delivery_uuid: UUID = NOBODY
    circular_uuid: UUID = NOBODY


def build(unit: Unit, city: Unit, province: Unit, stranger: Unit) -> World:
    """Let an item of 南海 be returned with a reason, submitted anew and adopted, beside a draft."""
    for one in (unit, city):
        with one:
            review.ensure_default_flow(actor=system(one.pk))
    publish(province)
    _own_rules(unit)
    author = make_user(unit, "ouyang", name="欧阳砚秋", mobile=MOBILE)
    people = {
        "other": make_user(unit, "feng"),
        "reviewer": make_user(unit, "he", roles=["reviewer"], posts=["research"]),
        "clerk": make_user(unit, "zhou", roles=["clerk"]),
        "reader": make_user(unit, "du", roles=["reader"]),
        "city_clerk": make_user(city, "lin", roles=["clerk"], posts=["research"]),
    }
    problem = f"{BODY}{TEXT['problem']}"
    item = make_draft(unit, author, title=f"关于{TITLE}的建议", problem=problem, remark=REMARK)
    draft = make_draft(unit, author, title=f"{DRAFT}草稿")
    with unit:
        accounts.create_api_token(actor=author.actor, user=author, label=f"{KEY}脚本", days=30)
        review.add_phrase(actor=author.actor, text=f"{KEY}常用语")
        items.attach(actor=author.actor, item_uuid=item.uuid, file=SimpleUploadedFile(f"{FILE}.pdf", _PDF))
        item.refresh_from_db()
        run = review.submit(actor=author.actor, item_uuid=item.uuid, version=item.version)
        reviewer = people["reviewer"]
        task = Task.objects.filter(run=run).latest("pk")
        review.decide_return(actor=reviewer.actor, task_uuid=task.uuid, reason=REASON)
        item.refresh_from_db()
        review.submit(actor=author.actor, item_uuid=item.uuid, version=item.version)
        task = Task.objects.filter(run__item=item).latest("pk")
        review.decide_pass(actor=reviewer.actor, task_uuid=task.uuid, comment=COMMENT)
        item.refresh_from_db()
        filed = RawRow(2, {"number": "18", "year": 2025, "title": f"关于{PROPOSAL}的提案", "text": PROPOSAL})
        proposals.import_proposals(actor=people["clerk"].actor, rows=[filed])
    paper, delivery = _papers(unit, city, people["clerk"], author)
    world = World(unit=unit, city=city, stranger=stranger, author=author, item=item, draft=draft, **people)
    world.paper_uuid, world.delivery_uuid = paper, delivery
    settle()
    world.circular_uuid = _circular(world)
    _note_rows(world)
    return world


def _circular(world: World) -> UUID:
    """Let the clerk of 南海 draft the circular of the last quarter; return its uuid."""
    today = clock.today()
    with world.unit:
        actor = world.clerk.actor
        begun = circulars.begin(actor=actor, when=Period.of_quarter(today.year, (today.month + 2) // 3).before)
        texts = Texts(begun.item.title, f"{CIRCULAR}的情况。", "", "请核对。")
        circulars.write(actor=actor, circular_uuid=begun.uuid, version=begun.item.version, texts=texts)
    return begun.uuid


def _papers(unit: Unit, city: Unit, clerk: User, author: User) -> tuple[UUID, UUID]:
    """Let 南海 call upon one of its members, and 佛山 notify 南海; return the call's and the delivery's uuid."""
    due = clock.today() + timedelta(days=9)
    call = NewPaper(uuid4(), PaperKind.CALL, f"约稿{PAPER}", f"请反映{PAPER}。", due_on=due, audience=Audience.NAMED)
    notice = NewPaper(uuid4(), PaperKind.NOTICE, "会议通知", "请准时到会。")
    with unit:
        papers.publish(actor=clerk.actor, new=call, people=[author])
    with city:
        sent = papers.publish(actor=system(city.pk), new=notice, to=[unit.uuid])
    return call.uuid, sent.deliveries.get().uuid


def dispatch_to_city(world: World) -> None:
    """Send the item to 佛山, which takes it in and notes a leader's words that stay with it."""
    with world.unit:
        up = [way.key for way in destinations(world.unit, clock.today()) if way.unit == world.city]
        [world.dispatch] = desk.send(
            actor=world.clerk.actor, item_uuid=world.item.uuid, version=world.item.version, to=up
        )
    with world.city:
        own = desk.accept(actor=world.city_clerk.actor, dispatch_uuid=world.dispatch.uuid)
        task = Task.objects.filter(run__item=own).latest("pk")
        review.decide_pass(actor=world.city_clerk.actor, task_uuid=task.uuid)
        desk.record_outcome(
            actor=world.city_clerk.actor,
            item_uuid=own.uuid,
            kind=EventKind.INSTRUCTION,
            leader="某市领导",
            leader_rank="city",
            words=WORDS,
            visibility=Visibility.FACT,
        )
        tasks = list(Task.objects.values_list("uuid", flat=True))
        runs = list(Run.objects.values_list("uuid", flat=True))
    settle()
    _note_rows(world)
    world.city_rows = world.rows | {
        "item_uuid": [own.uuid],
        "task_uuid": tasks,
        "run_uuid": runs,
        "event_uuid": list(Event.objects.filter(unit=world.city).values_list("uuid", flat=True)),
        "unit_uuid": [world.city.uuid],
    }


def _own_rules(unit: Unit) -> None:
    """Give the unit a rule set that ranks itself alone."""
    with unit:
        ranking.publish_rules(
            actor=system(unit.pk), owner=unit, code="own", source=PRESET.read_text(), valid_from=date(2019, 1, 1)
        )


def _own_notice(reader: User) -> Notice:
    """Return a notice whose number no other unit's notice has."""
    made, _ = Notice.objects.get_or_create(
        pk=20_000_000,
        defaults={"reader": reader, "key": "own", "kind": "review", "title": "有进展", "created_at": clock.now()},
    )
    return made


def settle() -> None:
    """Do what the background worker does."""
    outbox.drain()
    refuse_failed_messages()
    refresh_standings()


def _note_rows(world: World) -> None:
    with world.unit:
        world.rows = {
            "item_uuid": [world.item.uuid, world.draft.uuid],
            "file_uuid": list(world.item.attachments.values_list("uuid", flat=True)),
            "task_uuid": list(Task.objects.values_list("uuid", flat=True)),
            "run_uuid": list(Run.objects.values_list("uuid", flat=True)),
            "notice_id": [_own_notice(world.author).pk, *Notice.objects.values_list("pk", flat=True)],
            "user_uuid": [world.author.uuid],
            "paper_uuid": [world.paper_uuid],
            "circular_uuid": [world.circular_uuid],
            "delivery_uuid": [world.delivery_uuid],
            "phrase_id": list(Phrase.objects.filter(owner=world.author).values_list("pk", flat=True)),
            "key_id": list(world.author.api_tokens.values_list("pk", flat=True)),
            "key": list(RuleSet.objects.filter(owner=world.unit).values_list("pk", flat=True)),
            "number": [1],
            "proposal_uuid": list(Proposal.objects.values_list("uuid", flat=True)),
            "year": [2025],
        }
    world.rows |= {
        "event_uuid": list(Event.objects.filter(unit=world.unit).values_list("uuid", flat=True))[:2],
        "unit_uuid": [world.unit.uuid],
        "dispatch_uuid": [world.dispatch.uuid] if world.dispatch else [uuid4()],
    }


def addresses(rows: Mapping[str, Sequence[Any]], urlconf: str = settings.ROOT_URLCONF) -> list[str]:
    """Return every address of the URL map with the given rows in its places."""
    found = patterns(get_resolver(urlconf))
    return [path for name, converters in found for path in _fill(name, converters, rows, urlconf)]


def object_addresses(rows: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, str]]:
    """Return pairs of addresses: with a real row, and the same with rows that do not exist."""
    nothing: dict[str, list[Any]] = {
        name: [2**40 + n if isinstance(value, int) else uuid4() for n, value in enumerate(values)]
        for name, values in rows.items()
    }
    for name, converters in patterns(get_resolver(settings.ROOT_URLCONF)):
        if converters and "token" not in converters:
            real = _fill(name, converters, rows, settings.ROOT_URLCONF)
            yield from zip(real, _fill(name, converters, nothing, settings.ROOT_URLCONF), strict=True)


def patterns(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Return every address of a URL map by name, with the converters of its arguments."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern) and entry.name and f"{space}{entry.name}" not in _NO_WALK:
            yield f"{space}{entry.name}", dict(entry.pattern.converters)


def _fill(name: str, converters: dict[str, Any], rows: Mapping[str, Sequence[Any]], urlconf: str) -> list[str]:
    choices = [rows.get(argument) or _any(kind, rows) for argument, kind in converters.items()]
    return [
        reverse(name, urlconf=urlconf, kwargs=dict(zip(converters, chosen, strict=True)))
        for chosen in itertools.product(*choices)
    ]


def _any(kind: object, rows: Mapping[str, Sequence[Any]]) -> Sequence[Any]:
    """Return values for an argument of a name not known here: rows of every kind that would fit."""
    if type(kind).__name__ == "UUIDConverter":
        return [*rows["user_uuid"], *rows["unit_uuid"], rows["item_uuid"][0]]
    return rows["notice_id"][:1] if type(kind).__name__ == "IntConverter" else ["x"]


@dataclass(frozen=True)
class Answer:
    """What came back: status, everything readable in head and body, and the body without what changes by itself."""

    status: int
    readable: str
    shape: str

    def holds(self, words: Sequence[str]) -> list[str]:
        """Return which of the words can be read in it."""
        return [word for word in words if word in self.readable]


def ask(client: Client, path: str, method: str = "get", **data: Any) -> Answer:
    """Request an address and read all of the answer."""
    response = getattr(client, method)(path, data) if data else getattr(client, method)(path)
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    body = html.unescape(raw.decode("utf-8", "replace"))
    if "json" in response.headers.get("Content-Type", ""):
        body = json.dumps(json.loads(raw), ensure_ascii=False)
    head = unquote(" ".join(str(value) for value in response.headers.values()))
    return Answer(response.status_code, f"{head}\n{body}", _CHANGING.sub("", body.replace(path, "")))


def counts(unit: Unit, *models: type[Model]) -> dict[str, int]:
    """Return how many rows the unit has in each table."""
    with unit:
        return {model.__name__: model._default_manager.count() for model in models}
