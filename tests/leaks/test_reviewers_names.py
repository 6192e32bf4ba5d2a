"""Where a unit hides its reviewers' names, no author reads one: on no page, in no notice, in no refusal, by no API."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tenants.accounts.models import User
from tenants.desk import operations as desk
from tenants.items.models import Edition, Item
from tenants.items.texts import Texts
from tenants.notices.models import Notice
from tenants.review import operations as review
from tenants.review.models import Run, Task
from tests.factories import client_for, make_draft, make_user
from tests.leaks.world import LISTS, addresses, ask, settle
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.units.models import Unit
from zhitong.units.operations import hide_reviewers
from zhitong.units.queries import destinations

pytestmark = pytest.mark.django_db
SCREENER, OFFICE, SECRETARY, CHAIR, SIGNER, COLLEAGUE = (
    "司徒雁翎", "慕容听雪", "令狐远山", "上官若水", "东方既白", "独孤明镜",
)  # fmt: skip
NAMES = (SCREENER, OFFICE, SECRETARY, CHAIR, SIGNER, COLLEAGUE)
PRIVATE = "只给同事看的一句话"  # what reviewers write to each other


@dataclass
class House:
    """A unit with reviewers of unmistakable names, and an author with a co-author."""

    unit: Unit
    author: User
    people: dict[str, User]
    item: Item

    def task(self, name: str) -> Task:
        return Task.objects.filter(holder=self.people[name]).latest("pk")

    def do(self, verb: Any, name: str, **words: Any) -> None:
        verb(actor=self.people[name].actor, task_uuid=self.task(name).uuid, **words)


@pytest.fixture
def house(unit: Unit) -> House:
    people = {
        SCREENER: make_user(unit, "r1", name=SCREENER, roles=["reviewer"]),
        OFFICE: make_user(unit, "r2", name=OFFICE, roles=["clerk"], posts=["research"]),
        SECRETARY: make_user(unit, "r3", name=SECRETARY, roles=["leader"], posts=["secretary"]),
        CHAIR: make_user(unit, "r4", name=CHAIR, roles=["leader"], posts=["chair"]),
        SIGNER: make_user(unit, "r5", name=SIGNER, roles=["reviewer"]),
        COLLEAGUE: make_user(unit, "r6", name=COLLEAGUE, roles=["reviewer"]),
    }
    author = make_user(unit, "ouyang", name="欧阳砚秋")
    steps = [
        {"key": "screen", "name": "初筛", "who": [{"kind": "user", "username": "r1"}], "limit_days": 2},
        {"key": "office", "name": "编审", "posts": ["research"], "limit_days": 2},
        {"key": "both", "name": "会签", "posts": ["secretary", "chair"], "mode": "all", "limit_days": 2},
    ]
    with unit:
        review.publish_flow(
            actor=system(unit.pk), flow_code="main", name="试验流程", definition={"steps": steps}, is_default=True
        )
    return House(unit, author, people, make_draft(unit, author))


def stages(house: House) -> Iterator[str]:
    """Walk the item through every verb that leaves a name somewhere; the unit is in force."""
    item = house.item
    run = review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version)
    yield "submitted"
    house.do(review.copy_to, SCREENER, who=[house.people[COLLEAGUE].uuid], note=PRIVATE)
    house.do(review.add_before, SCREENER, who=[house.people[SIGNER].uuid], reason=PRIVATE)
    review.urge(actor=house.author.actor, run_uuid=run.uuid)
    yield "with an added signer, urged"
    house.do(review.answer, SIGNER, words=PRIVATE)
    house.do(review.reassign, SCREENER, who=house.people[SIGNER].uuid, reason=PRIVATE)
    yield "handed on"
    item.refresh_from_db()
    texts = Texts(**(Texts.of(item).as_dict() | {"problem": "核稿时改过的情况。"}))
    house.do(review.edit_text, SIGNER, version=item.version, texts=texts)
    house.do(review.decide_return, SIGNER, reason="请补充数据来源")
    yield "returned"
    item.refresh_from_db()
    review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version)
    house.do(review.decide_pass, SCREENER)
    review.comment(actor=house.people[OFFICE].actor, run_uuid=run.uuid, words=PRIVATE)
    house.do(review.delegate, OFFICE, who=house.people[COLLEAGUE].uuid, reason=PRIVATE)
    yield "delegated"
    house.do(review.answer, COLLEAGUE, words=PRIVATE)
    house.do(review.decide_pass, OFFICE)
    review.replace_holder(
        actor=system(house.unit.pk),
        position_code="chair",
        old=house.people[CHAIR],
        new=house.people[COLLEAGUE],
        reason=PRIVATE,
    )
    house.do(review.decide_pass, SECRETARY)
    yield "with a post that changed hands"
    house.do(review.decide_pass, COLLEAGUE)
    item.refresh_from_db()
    to = [way.key for way in destinations(house.unit, clock.today()) if way.unit]
    desk.send(actor=house.people[OFFICE].actor, item_uuid=item.uuid, version=item.version, to=to)
    yield "adopted and sent"


def rows(house: House) -> dict[str, list[Any]]:
    with house.unit:
        return {
            "item_uuid": [house.item.uuid],
            "file_uuid": [house.item.uuid],
            "task_uuid": list(Task.objects.values_list("uuid", flat=True)),
            "run_uuid": list(Run.objects.values_list("uuid", flat=True)),
            "notice_id": list(Notice.objects.filter(reader=house.author).values_list("pk", flat=True)),
            "user_uuid": [house.author.uuid],
            "unit_uuid": [house.unit.uuid],
            "dispatch_uuid": [house.item.uuid],
            "event_uuid": [house.item.uuid],
            "key_id": [1],
        }


def readable(
    house: House, reader: User, words: tuple[str, ...], *, everywhere: bool = True, recall: bool = True
) -> dict[str, str]:
    """Return which words a reader finds, and where: at every address, in refusals, in their notices.

    Without `everywhere` only at the addresses of the item and its review.
    """
    client = client_for(reader, house.unit)
    found = rows(house)
    tabs = [f"/review/?tab={tab}" for tab in ("mine", "done", "sent_back", "returned", "copies", "late")]
    runs = [f"/review/runs/{run}/?text={text}" for run in found["run_uuid"] for text in ("edited", "diff", "original")]
    texts = [f"/items/{house.item.uuid}/texts/?view=diff", f"/items/{house.item.uuid}/texts/"]
    read: dict[str, str] = {}
    own = [f"/items/{house.item.uuid}/", "/", "/notices/", f"/api/v1/items/{house.item.uuid}/"]
    for path in [*(addresses(found) if everywhere else own), *LISTS, *tabs, *runs, *texts]:
        read |= dict.fromkeys(ask(client, path).holds(words), path)
    refusals = [
        *([(f"/review/recall/{house.item.uuid}/", {"reason": "写错了"})] if recall else []),
        *((f"/review/runs/{run}/act/", {"verb": "urge"}) for run in found["run_uuid"]),
        *((f"/review/tasks/{task}/decide/", {"verb": "explode"}) for task in found["task_uuid"]),
    ]
    for path, data in refusals:
        read |= dict.fromkeys(ask(client, path, "post", **data).holds(words), f"POST {path}")
    with house.unit:
        for notice in Notice.objects.filter(reader=reader):
            read |= dict.fromkeys([word for word in words if word in f"{notice.title}{notice.body}"], "notice")
    return read


def test_authors_read_posts_and_no_names(house: House) -> None:
    with house.unit:
        hide_reviewers(actor=system(house.unit.pk), hidden=True)
        walk = stages(house)
    house.unit.refresh_from_db()
    while True:
        with house.unit:
            stage = next(walk, None)
        if stage is None:
            break
        settle()
        # Recalling is refused, with a word about who acted, once somebody has; before, it would end the story.
        whole = {"everywhere": stage == "adopted and sent", "recall": stage != "submitted"}
        assert readable(house, house.author, (*NAMES, PRIVATE), **whole) == {}, stage
    page = ask(client_for(house.author, house.unit), f"/items/{house.item.uuid}/").readable
    for words in ("研究室", "秘书长", "请补充数据来源", "欧阳砚秋"):
        assert words in page, words


def test_without_the_setting_the_names_are_there(house: House) -> None:
    """Else the test above would prove nothing."""
    with house.unit:
        for _stage in stages(house):
            pass
    settle()
    assert set(readable(house, house.author, NAMES, everywhere=False)) == set(NAMES)
    with house.unit:
        assert Edition.objects.filter(item=house.item, writer_label=SIGNER).exists()


def test_reviewers_and_colleagues_still_read_names(house: House) -> None:
    with house.unit:
        hide_reviewers(actor=system(house.unit.pk), hidden=True)
        for _stage in stages(house):
            pass
    settle()
    house.unit.refresh_from_db()
    for name in (OFFICE, SECRETARY):
        assert set(readable(house, house.people[name], NAMES, everywhere=False)) == set(NAMES), name
