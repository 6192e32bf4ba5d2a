"""Submission, received items, outcomes: numbers, editions, facts, duplicates."""

from datetime import datetime
from typing import Any

import pytest

from tenants.accounts.models import User
from tenants.items import operations
from tenants.items.errors import Duplicate
from tenants.items.models import Edition, EditionKind, Item, State
from tenants.items.queries import number_label, visible_items
from tenants.items.texts import Texts
from tests.factories import TEXT, make_draft, make_user
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.models import OutboxMessage
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch, ItemFact
from zhitong.units.models import Unit
from zhitong.units.queries import destinations


@pytest.fixture
def author(unit: Unit) -> User:
    return make_user(unit, "liang", name="梁晓岚", groups=[("sector", "科技界")], rank="county")


def submit(unit: Unit, user: User, **changes: Any) -> Item:
    item = make_draft(unit, user, **changes)
    with unit:
        return operations.register_submission(actor=user.actor, item=item)


def test_submission_numbers_keeps_the_original_and_tells_the_network(unit: Unit, author: User) -> None:
    unit.mark = "南海"
    with clock.at(datetime(2025, 12, 31, 16, 30, tzinfo=clock.SHANGHAI)):
        first = submit(unit, author)
    with clock.at(datetime(2026, 1, 1, 0, 30, tzinfo=clock.SHANGHAI)):  # still the old year in UTC
        second = submit(unit, author, title="第二篇")
        third = submit(unit, author, title="第三篇")
    labels = [number_label(item, "南海") for item in (first, second, third)]
    assert labels == ["南海〔2025〕1号", "南海〔2026〕1号", "南海〔2026〕2号"]
    with unit:
        edition = Edition.objects.get(item=first)
    assert (edition.kind, edition.title, edition.writer_label) == (EditionKind.ORIGINAL, TEXT["title"], "梁晓岚")
    fact = ItemFact.objects.get(unit=unit, item_uuid=first.uuid)
    assert (fact.number_label, fact.group_name, fact.is_received) == ("南海〔2025〕1号", "科技界", False)
    assert fact.authors == [{"person": str(author.person_uuid), "name": "梁晓岚", "rank": "county", "kind": "member"}]
    assert first.state == State.IN_REVIEW
    told = OutboxMessage.objects.filter(topic="items.item.changed", payload={"item": str(first.uuid)})
    assert told.get().unit_id == unit.pk


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"title": ""}, "title", "请填写标题"),
        ({"problem": " \n "}, "problem", "请填写情况反映"),
        ({"suggestions": ""}, "suggestions", "请填写意见建议"),
        ({"title": "长" * 101}, "title", "请删去 1 字"),
        ({"problem": "长" * 1500}, "problem", "请删去"),
    ],
)
def test_what_is_missing_or_too_long_is_named(
    unit: Unit, author: User, changes: dict[str, str], field: str, word: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        submit(unit, author, **changes)
    assert word in " ".join(refused.value.fields[field])
    with unit:
        stored = Item.objects.get()
        assert (stored.state, stored.number, Edition.objects.count()) == (State.DRAFT, None, 0)
    assert not ItemFact.objects.exists()


def test_exactly_the_limit_passes_and_counts_as_a_reader_does(unit: Unit, author: User) -> None:
    family = "👨‍👩‍👧"
    item = submit(
        unit, author, problem=family * 10 + " \n" * 40 + "长" * 1480, analysis="", suggestions="建议办" + "长" * 7
    )
    assert item.text_length == 1500


def test_without_an_author_nothing_is_submitted(unit: Unit) -> None:
    clerk = make_user(unit, "zhou", roles=["clerk"])
    with pytest.raises(InvalidInput) as refused:
        submit(unit, clerk)
    assert "authors" in refused.value.fields


def test_the_same_text_again_is_refused_and_names_the_earlier(unit: Unit, author: User) -> None:
    first = submit(unit, author)
    with pytest.raises(Duplicate) as refused:
        submit(unit, author)
    assert refused.value.earlier == first.uuid
    assert "〕1号" in refused.value.message
    submit(unit, make_user(unit, "feng"))  # another author's own matter


def test_only_once_and_only_ones_own(unit: Unit, author: User) -> None:
    item = submit(unit, author)
    with unit:
        with pytest.raises(WrongState):
            operations.register_submission(actor=author.actor, item=item)
        with pytest.raises(NotFound):
            operations.register_submission(actor=make_user(unit, "feng").actor, item=item)


def test_returned_items_keep_their_number_and_both_originals(unit: Unit, author: User) -> None:
    item = submit(unit, author)
    clerk = make_user(unit, "zhou", roles=["clerk"])
    with unit:
        operations.reopen_returned(actor=clerk.actor, item=item)
        assert item.state == State.RETURNED
        operations.save_draft(
            actor=author.actor, item_uuid=item.uuid, version=item.version, changes={"problem": "补充了数据。"}
        )
        again = operations.register_submission(actor=author.actor, item=item)
        kinds = list(item.editions.values_list("number", "kind", "problem"))
    assert (again.number, again.state) == (1, State.IN_REVIEW)
    assert kinds == [(1, "original", TEXT["problem"]), (2, "original", "补充了数据。")]


def test_editing_and_conclusion_keep_every_text(unit: Unit, author: User) -> None:
    item = submit(unit, author)
    clerk = make_user(unit, "zhou", name="周敏", roles=["clerk"])
    edited = Texts("关于规范充电的建议", "改后的情况", "", "改后的建议")
    with unit:
        operations.add_edition(actor=clerk.actor, item=item, kind=EditionKind.EDITED, texts=edited)
        assert item.title == "关于规范充电的建议"
        assert item.text_length == 10
        before = item.version
        operations.conclude(actor=clerk.actor, item=item, state=State.APPROVED)
        assert (item.state, item.version) == (State.APPROVED, before + 1)
        assert item.decided_at is not None
        rows = list(item.editions.values_list("kind", "title", "writer_label"))
        with pytest.raises(WrongState):
            operations.conclude(actor=clerk.actor, item=item, state=State.KEPT)
        with pytest.raises(ValueError, match="not an end"):
            operations.conclude(actor=clerk.actor, item=item, state=State.DRAFT)
    assert rows == [
        ("original", TEXT["title"], "梁晓岚"),
        ("edited", "关于规范充电的建议", "周敏"),
        ("issued", "关于规范充电的建议", "周敏"),
    ]


def test_an_edited_text_obeys_the_limits(unit: Unit, author: User) -> None:
    item = submit(unit, author)
    clerk = make_user(unit, "zhou", roles=["clerk"])
    with unit, pytest.raises(InvalidInput):
        operations.add_edition(
            actor=clerk.actor, item=item, kind=EditionKind.EDITED, texts=Texts("题", "长" * 1501, "", "建议")
        )


def sent_dispatch(unit: Unit, city: Unit, author: User) -> Dispatch:
    clerk = make_user(unit, "zhou", roles=["clerk"])
    item = submit(unit, author)
    with unit:
        up = next(one for one in destinations(unit, clock.today()) if one.unit == city)
        content = {
            **Texts.of(item).as_dict(),
            "category": "社会建设",
            "keywords": ["充电"],
            "urgency": "important",
            "source": "original",
            "authors": [{"name": "梁晓岚", "duty": "", "sector": "科技界", "party": "", "rank": "county"}],
            "from_unit": unit.short_name,
        }
        operations.conclude(actor=clerk.actor, item=item, state=State.APPROVED)
        return exchange.send(actor=clerk.actor, item_uuid=item.uuid, content=content, to=[up])[0]


def test_a_received_item_is_the_receivers_own(unit: Unit, city: Unit, author: User) -> None:
    dispatch = sent_dispatch(unit, city, author)
    clerk = make_user(city, "fsclerk", name="陈办", roles=["clerk"])
    with city:
        content = {**dispatch.packet.content, "urgency": "unheard-of"}
        item = operations.create_received(actor=clerk.actor, dispatch=dispatch, content=content)
        same = operations.create_received(actor=clerk.actor, dispatch=dispatch, content=content)
        assert same.pk == item.pk
        assert Item.objects.count() == 1
        assert (item.state, item.number, item.from_unit, item.submitter_kind) == (
            "in_review", 1, unit.short_name, "lower_cppcc",
        )  # fmt: skip
        assert (item.title, item.urgency, item.keywords) == (TEXT["title"], "ordinary", ["充电"])
        assert item.authors.get().sector == "科技界"
        assert item.editions.get().writer_label == "陈办"
        assert item.created_by == clerk
    fact = ItemFact.objects.get(unit=city, item_uuid=item.uuid)
    assert (fact.is_received, fact.authors) == (True, [])
    assert fact.matter == dispatch.packet.matter


def test_a_malformed_packet_is_refused(unit: Unit, city: Unit, author: User) -> None:
    dispatch = sent_dispatch(unit, city, author)
    clerk = make_user(city, "fsclerk", roles=["clerk"])
    with city:
        for content in ({"title": "坏\0的"}, {"title": "长" * 101}):
            with pytest.raises(InvalidInput):
                operations.create_received(actor=clerk.actor, dispatch=dispatch, content=content)
        assert not Item.objects.exists()


def test_who_sees_a_submitted_item(unit: Unit, stranger: Unit, author: User) -> None:
    from tenants.items.fields import AuthorInput

    signer, other = make_user(unit, "feng"), make_user(unit, "nobody")
    clerk, reader = make_user(unit, "zhou", roles=["clerk"]), make_user(unit, "du", roles=["reader"])
    neighbour = make_user(stranger, "chen", roles=["clerk"])
    item = make_draft(unit, author)
    with unit:
        names = [AuthorInput(user=author.uuid), AuthorInput(user=signer.uuid)]
        operations.set_authors(actor=author.actor, item_uuid=item.uuid, version=1, authors=names)
        operations.register_submission(actor=author.actor, item=item)
        seen = {user.username: visible_items(user).count() for user in (author, signer, other, clerk, reader)}
    assert seen == {"liang": 1, "feng": 1, "nobody": 0, "zhou": 1, "du": 1}
    with stranger:
        assert not visible_items(neighbour).exists()
