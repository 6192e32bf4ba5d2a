"""Drafts: saving, versions, authors, limits, who may."""

from uuid import uuid4

import pytest

from tenants.accounts.models import User
from tenants.items import operations, queries
from tenants.items.fields import AuthorInput
from tenants.items.models import Item, State
from tests.factories import TEXT, make_draft, make_user
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, StaleVersion, WrongState
from zhitong.core.models import AuditEntry, OutboxMessage
from zhitong.units.models import Unit


@pytest.fixture
def author(unit: Unit) -> User:
    return make_user(
        unit, "liang", name="梁晓岚", groups=[("sector", "科技界")], party="民盟", duty="院长", rank="county"
    )


def save(user: User, item: Item, version: int, **changes: object) -> Item:
    return operations.save_draft(actor=user.actor, item_uuid=item.uuid, version=version, changes=changes)


def test_a_draft_begins_with_its_author_and_counts_its_text(unit: Unit, author: User) -> None:
    item = make_draft(unit, author)
    with unit:
        stored = Item.objects.get(uuid=item.uuid)
        signer = stored.authors.get()
    assert (stored.state, stored.version, stored.number) == (State.DRAFT, 1, None)
    assert stored.text_length == sum(len(TEXT[name]) for name in ("problem", "analysis", "suggestions"))
    assert (signer.name, signer.sector, signer.party, signer.duty, signer.rank) == (
        "梁晓岚", "科技界", "民盟", "院长", "county",
    )  # fmt: skip
    assert signer.person_uuid == author.person_uuid


def test_an_empty_draft_is_welcome(unit: Unit, author: User) -> None:
    with unit:
        item = operations.create_draft(actor=author.actor, changes={})
    assert (item.title, item.text_length) == ("", 0)


def test_saving_raises_the_version_and_keeps_other_fields(unit: Unit, author: User) -> None:
    item = make_draft(unit, author)
    with unit:
        saved = save(author, item, 1, problem="新的情况", keywords="充电、安全 消防", may_publish="on")
        stored = Item.objects.get(uuid=item.uuid)
    assert saved.version == stored.version == 2
    assert (stored.problem, stored.suggestions) == ("新的情况", TEXT["suggestions"])
    assert (stored.keywords, stored.may_publish) == (["充电", "安全", "消防"], True)


def test_a_stale_save_writes_nothing(unit: Unit, author: User) -> None:
    item = make_draft(unit, author)
    with unit:
        save(author, item, 1, problem="甲")
        with pytest.raises(StaleVersion):
            save(author, item, 1, problem="乙")
        assert Item.objects.get(uuid=item.uuid).problem == "甲"


def test_the_same_save_twice_is_one(unit: Unit, author: User) -> None:
    item = make_draft(unit, author)
    with unit:
        save(author, item, 1, problem="甲")
        assert save(author, item, 1, problem="甲").version == 2


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"problem": "有\0零"}, "problem", "U+0000"),
        ({"title": "控\x07制"}, "title", "U+0007"),
        ({"analysis": "半个\ud83d字"}, "analysis", "U+D83D"),
        ({"problem": "长" * 20_001}, "problem", "20,001"),
        ({"problem": "长" * 5_000_000}, "problem", "太长"),
        ({"title": "长" * 301}, "title", "301"),
        ({"remark": "长" * 201}, "remark", "201"),
        ({"keywords": "一 二 三 四 五 六 七 八 九"}, "keywords", "9 个"),
        ({"keywords": "长" * 21}, "keywords", "最多 20"),
        ({"urgency": "whatever"}, "urgency", "列表"),
        ({"group": "999999"}, "group", "没有"),
        ({"group": "1e9"}, "group", "没有"),
        ({"problem": 5}, "problem", "文字"),
        ({"state": "approved"}, "state", "没有这一项"),
    ],
)
def test_bad_values_name_their_field_and_write_nothing(
    unit: Unit, author: User, changes: dict[str, object], field: str, word: str
) -> None:
    item = make_draft(unit, author)
    with unit:
        with pytest.raises(InvalidInput) as refused:
            save(author, item, 1, suggestions="也不存", **changes)
        assert word in refused.value.fields[field][0]
        assert set(refused.value.fields) == {field}
        assert Item.objects.get(uuid=item.uuid).suggestions == TEXT["suggestions"]


def test_drafts_are_their_creators_alone(unit: Unit, author: User) -> None:
    clerk = make_user(unit, "zhou", roles=["clerk"])
    other = make_user(unit, "feng")
    item = make_draft(unit, author)
    with unit:
        operations.set_authors(
            actor=author.actor,
            item_uuid=item.uuid,
            version=1,
            authors=[AuthorInput(user=author.uuid), AuthorInput(user=other.uuid)],
        )
        seeing = [user.username for user in (author, clerk, other) if queries.visible_items(user).exists()]
        assert seeing == ["liang", "feng"]  # who is named may read what they are named under, and no more
        for user in (clerk, other):
            with pytest.raises(NotFound):
                save(user, item, 2, problem="不是我的")
            with pytest.raises(NotFound):
                operations.delete_draft(actor=user.actor, item_uuid=item.uuid) if user is other else save(user, item, 2)


def test_a_reader_cannot_write(unit: Unit) -> None:
    reader = make_user(unit, "du", roles=["reader"])
    with unit, pytest.raises(NotAllowed):
        operations.create_draft(actor=reader.actor, changes={})


def test_an_unknown_or_foreign_item_looks_absent(unit: Unit, stranger: Unit, author: User) -> None:
    item = make_draft(unit, author)
    neighbour = make_user(stranger, "chen")
    with stranger:
        for number in (item.uuid, uuid4()):
            with pytest.raises(NotFound):
                save(neighbour, Item(uuid=number), 1, problem="别家")


def test_authors_keep_their_order_and_are_checked(unit: Unit, author: User) -> None:
    second = make_user(unit, "feng", name="冯雅琪", groups=[("sector", "教育界")])
    item = make_draft(unit, author)
    names = [AuthorInput(user=second.uuid), AuthorInput(user=author.uuid), AuthorInput(name="外请 专家", duty="教授")]
    with unit:
        saved = operations.set_authors(actor=author.actor, item_uuid=item.uuid, version=1, authors=names)
        rows = list(item.authors.values_list("order", "name", "sector"))
        assert rows == [(1, "冯雅琪", "教育界"), (2, "梁晓岚", "科技界"), (3, "外请 专家", "")]
        for wrong in (
            [AuthorInput(user=second.uuid)],
            [AuthorInput(user=author.uuid), AuthorInput(user=author.uuid)],
            [AuthorInput(user=author.uuid), AuthorInput(user=uuid4())],
            [AuthorInput(user=author.uuid), AuthorInput(name=" ")],
            [AuthorInput(user=author.uuid), AuthorInput(name="长" * 61)],
            [AuthorInput(user=author.uuid), *[AuthorInput(name=f"人{n}") for n in range(20)]],
        ):
            with pytest.raises(InvalidInput) as refused:
                operations.set_authors(actor=author.actor, item_uuid=item.uuid, version=saved.version, authors=wrong)
            assert "authors" in refused.value.fields
        with pytest.raises(StaleVersion):
            operations.set_authors(actor=author.actor, item_uuid=item.uuid, version=1, authors=names)
        assert item.authors.count() == 3


def test_staff_write_for_others(unit: Unit) -> None:
    clerk = make_user(unit, "zhou", roles=["clerk"])
    item = make_draft(unit, clerk)
    with unit:
        assert not item.authors.exists()
        operations.set_authors(
            actor=clerk.actor, item_uuid=item.uuid, version=1, authors=[AuthorInput(name="民盟南海总支")]
        )
        assert item.authors.get().name == "民盟南海总支"


def test_only_drafts_are_deleted(unit: Unit, author: User) -> None:
    draft, sent = make_draft(unit, author), make_draft(unit, author, title="另一篇")
    with unit:
        operations.register_submission(actor=author.actor, item=sent)
        operations.delete_draft(actor=author.actor, item_uuid=draft.uuid)
        assert not Item.objects.filter(uuid=draft.uuid).exists()
        with pytest.raises(WrongState):
            operations.delete_draft(actor=author.actor, item_uuid=sent.uuid)
        with pytest.raises(NotFound):
            operations.delete_draft(actor=author.actor, item_uuid=draft.uuid)
    assert AuditEntry.objects.filter(action="items.draft.deleted", object_id=str(draft.uuid)).exists()


def test_a_draft_is_announced_to_nobody(unit: Unit, author: User) -> None:
    item = make_draft(unit, author)
    with unit:
        save(author, item, 1, problem="改")
    assert not OutboxMessage.objects.filter(topic="items.item.changed").exists()


def test_a_closed_unit_takes_no_new_work(unit: Unit, author: User) -> None:
    unit.lifecycle = "closed"
    with unit, pytest.raises(WrongState):
        operations.create_draft(actor=author.actor, changes={})
