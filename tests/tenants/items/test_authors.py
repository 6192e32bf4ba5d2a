"""Co-authors: asked, confirming, declining; who sees what until when; what the network is told."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from search.backend import Query, Reader, backend
from search.documents import user_grant
from tenants.accounts.models import User
from tenants.desk.operations import packet_content
from tenants.items import operations, queries
from tenants.items.fields import AuthorInput
from tenants.items.models import Consent, Item, ItemAuthor, State
from tenants.notices.models import Notice
from tenants.review.holders import authors_of
from tests.factories import TEXT, make_draft, make_user
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from zhitong.core.models import AuditEntry
from zhitong.core.operations import system
from zhitong.exchange.models import ItemFact
from zhitong.ranking.models import StaleMatter
from zhitong.units.models import Unit
from zhitong.units.operations import set_writing_rules


@pytest.fixture
def author(unit: Unit) -> User:
    return make_user(unit, "liang", name="梁晓岚", groups=[("sector", "科技界")])


@pytest.fixture
def second(unit: Unit) -> User:
    return make_user(unit, "feng", name="冯雅琪", groups=[("sector", "教育界")])


def name_them(unit: Unit, item: Item, author: User, *others: User | str) -> Item:
    """Let `author` name the others behind them."""
    named = [AuthorInput(name=one) if isinstance(one, str) else AuthorInput(user=one.uuid) for one in others]
    with unit:
        version = Item.objects.get(pk=item.pk).version
        return operations.set_authors(
            actor=author.actor, item_uuid=item.uuid, version=version, authors=[AuthorInput(user=author.uuid), *named]
        )


def draft_of_both(unit: Unit, author: User, second: User) -> Item:
    return name_them(unit, make_draft(unit, author), author, second)


def submit(unit: Unit, item: Item, author: User) -> Item:
    with unit:
        return operations.register_submission(actor=author.actor, item=item)


def answers(unit: Unit, item: Item) -> list[tuple[str, str, bool]]:
    with unit:
        return list(item.authors.values_list("name", "consent", "signs"))


def confirm(unit: Unit, item: Item, user: User) -> None:
    with unit:
        operations.confirm_signing(actor=user.actor, item_uuid=item.uuid)


def decline(unit: Unit, item: Item, user: User, reason: str = "不了解这件事") -> None:
    with unit:
        operations.decline_signing(actor=user.actor, item_uuid=item.uuid, reason=reason)


def network(unit: Unit, item: Item) -> list[str]:
    return [author["name"] for author in ItemFact.objects.get(unit=unit, item_uuid=item.uuid).authors]


def sees(unit: Unit, user: User, item: Item) -> bool:
    with unit:
        return queries.visible_items(user).filter(pk=item.pk).exists()


def test_only_others_with_an_account_are_asked(unit: Unit, author: User, second: User) -> None:
    item = name_them(unit, make_draft(unit, author), author, second, "外请专家")
    assert answers(unit, item) == [("梁晓岚", "", True), ("冯雅琪", "asked", True), ("外请专家", "", True)]
    assert AuditEntry.objects.filter(action="items.authors.set", object_id=str(item.uuid)).count() == 1


def test_the_question_is_put_once_and_answered_to_the_writer(
    unit: Unit, author: User, second: User, drain: Any
) -> None:
    item = draft_of_both(unit, author, second)
    drain()
    name_them(unit, item, author, second, "外请专家")
    drain()
    with unit:
        [asked] = Notice.objects.filter(reader=second)
    assert asked.title == "梁晓岚请您在一篇信息上联名"
    assert asked.url == f"/items/{item.uuid}/sign/"
    confirm(unit, item, second)
    confirm(unit, item, second)  # pressed twice
    drain()
    decline(unit, item, second, "改了主意")
    drain()
    with unit:
        told = Notice.objects.filter(reader=author).order_by("pk").values_list("title", "body")
        assert list(told) == [
            (f"冯雅琪确认联名：{TEXT['title']}", ""),
            (f"冯雅琪谢绝联名：{TEXT['title']}", "改了主意"),
        ]
    actions = AuditEntry.objects.filter(object_id=str(item.uuid), action__startswith="items.author.")
    assert list(actions.order_by("seq").values_list("action", flat=True)) == [
        "items.author.confirmed",
        "items.author.declined",
    ]


def test_who_is_named_reads_the_draft_until_they_decline(unit: Unit, author: User, second: User) -> None:
    item = make_draft(unit, author)
    with unit:
        file = operations.attach(
            actor=author.actor, item_uuid=item.uuid, file=SimpleUploadedFile("名单.txt", "名单".encode())
        )
    assert not sees(unit, second, item)
    name_them(unit, item, author, second)
    assert sees(unit, second, item)
    with unit:
        assert queries.visible_attachment(second, item.uuid, file.uuid) == file
        assert not queries.own_items(second).exists()  # not theirs before they agreed
        assert [row.item for row in queries.open_questions(second)] == [item]
    confirm(unit, item, second)
    with unit:
        assert queries.own_items(second).get() == item
        assert not queries.open_questions(second).exists()
    decline(unit, item, second)
    assert not sees(unit, second, item)
    with unit:
        assert not queries.own_items(second).exists()
        with pytest.raises(NotFound):
            queries.visible_attachment(second, item.uuid, file.uuid)
        with pytest.raises(NotFound):
            operations.confirm_signing(actor=second.actor, item_uuid=item.uuid)
        with pytest.raises(NotFound):
            operations.decline_signing(actor=second.actor, item_uuid=item.uuid, reason="又一次")


def test_a_name_taken_off_closes_the_draft(unit: Unit, author: User, second: User) -> None:
    item = draft_of_both(unit, author, second)
    confirm(unit, item, second)
    name_them(unit, item, author)
    assert not sees(unit, second, item)
    with unit, pytest.raises(NotFound):
        operations.confirm_signing(actor=second.actor, item_uuid=item.uuid)


def test_co_authors_change_nothing_of_the_text(unit: Unit, author: User, second: User) -> None:
    item = draft_of_both(unit, author, second)
    confirm(unit, item, second)
    with unit:
        for write in (
            lambda: operations.save_draft(actor=second.actor, item_uuid=item.uuid, version=2, changes={"title": "改"}),
            lambda: operations.delete_draft(actor=second.actor, item_uuid=item.uuid),
            lambda: operations.set_authors(actor=second.actor, item_uuid=item.uuid, version=2, authors=[]),
        ):
            with pytest.raises(NotFound):
                write()


def test_a_refusal_needs_a_reason_and_leaves_the_names(unit: Unit, author: User, second: User) -> None:
    item = draft_of_both(unit, author, second)
    for words in ("", "  ", "有\0零", "长" * 501):
        with pytest.raises(InvalidInput) as refused:
            decline(unit, item, second, words)
        assert "reason" in refused.value.fields
    decline(unit, item, second, " 不了解这件事 ")
    item = submit(unit, item, author)
    assert answers(unit, item) == [("梁晓岚", "", True), ("冯雅琪", "declined", False)]
    with unit:
        item = Item.objects.get(pk=item.pk)
        assert item.authors.get(user=second).reason == "不了解这件事"
        assert queries.author_names(item) == ["梁晓岚"]
        assert [row["name"] for row in packet_content(item, unit)["authors"]] == ["梁晓岚"]  # type: ignore[attr-defined]
        assert not authors_of(item).include(second)  # who has nothing to do with it may review it
    assert network(unit, item) == ["梁晓岚"]


def test_answers_survive_a_new_order_and_a_refusal_may_be_asked_again(unit: Unit, author: User, second: User) -> None:
    third = make_user(unit, "du", name="杜明")
    item = name_them(unit, make_draft(unit, author), author, second, third)
    confirm(unit, item, second)
    decline(unit, item, third)
    name_them(unit, item, author, "外请专家", second)
    assert answers(unit, item) == [
        ("梁晓岚", "", True),
        ("外请专家", "", True),
        ("冯雅琪", "confirmed", True),
        ("杜明", "declined", False),
    ]
    with unit:
        kept = dict(item.authors.values_list("name", "pk"))
    name_them(unit, item, author, third, second, "外请专家")
    assert answers(unit, item) == [
        ("梁晓岚", "", True),
        ("杜明", "asked", True),
        ("冯雅琪", "confirmed", True),
        ("外请专家", "", True),
    ]
    with unit:
        assert dict(item.authors.values_list("name", "pk")) == kept
        assert item.authors.get(user=third).reason == ""


def test_unanswered_names_go_out_with_a_mark_and_may_answer_until_the_decision(
    unit: Unit, author: User, second: User, drain: Any
) -> None:
    third = make_user(unit, "du", name="杜明")
    item = submit(unit, name_them(unit, make_draft(unit, author), author, second, third), author)
    version = item.version
    assert network(unit, item) == ["梁晓岚", "冯雅琪", "杜明"]
    drain()
    StaleMatter.objects.all().delete()
    with unit:
        assert queries.author_names(Item.objects.get(pk=item.pk)) == ["梁晓岚", "冯雅琪（待确认）", "杜明（待确认）"]
    decline(unit, item, second)
    drain()
    assert network(unit, item) == ["梁晓岚", "杜明"]
    assert StaleMatter.objects.exists()  # points belong to other names now
    assert not sees(unit, second, item)
    question = Query(text="电动自行车")
    assert backend().search(question, Reader(frozenset({user_grant(second.uuid)}))).total == 0
    [hit] = backend().search(question, Reader(frozenset({user_grant(third.uuid)}))).hits
    assert hit.document.author_names == ["梁晓岚", "杜明"]
    with unit:
        assert Item.objects.get(pk=item.pk).version == version  # nobody's save is refused for an answer
        operations.conclude(actor=system(unit.pk), item=item, state=State.APPROVED)
        for answer in (
            lambda: operations.confirm_signing(actor=third.actor, item_uuid=item.uuid),
            lambda: operations.decline_signing(actor=third.actor, item_uuid=item.uuid, reason="晚了"),
        ):
            with pytest.raises(WrongState) as refused:
                answer()
            assert "已采用" in refused.value.message
        assert queries.author_names(Item.objects.get(pk=item.pk)) == ["梁晓岚", "杜明"]
    assert network(unit, item) == ["梁晓岚", "杜明"]
    assert sees(unit, third, item)


def test_a_unit_may_leave_out_who_has_not_answered(unit: Unit, author: User, second: User, drain: Any) -> None:
    third = make_user(unit, "du", name="杜明")
    administrator = make_user(unit, "guan", roles=["administrator"])
    with unit:
        set_writing_rules(actor=administrator.actor, text_limit=1500, unconfirmed_sign=False)
    unit.refresh_from_db()
    item = submit(unit, name_them(unit, make_draft(unit, author), author, second, third), author)
    drain()
    assert network(unit, item) == ["梁晓岚"]
    with unit:
        assert queries.author_names(Item.objects.get(pk=item.pk)) == ["梁晓岚"]
        assert authors_of(item).include(third)  # they may still sign, so they do not review it
    assert sees(unit, third, item)
    confirm(unit, item, second)
    assert network(unit, item) == ["梁晓岚", "冯雅琪"]
    with unit:
        operations.conclude(actor=system(unit.pk), item=item, state=State.APPROVED)
    drain()
    assert not sees(unit, third, item)  # never answered: the item is not theirs
    assert sees(unit, second, item)
    question = Query(text="电动自行车")
    assert backend().search(question, Reader(frozenset({user_grant(third.uuid)}))).total == 0
    with unit:
        set_writing_rules(actor=administrator.actor, text_limit=1500, unconfirmed_sign=True)
        assert queries.author_names(Item.objects.get(pk=item.pk)) == ["梁晓岚", "冯雅琪"]  # decided is decided
    assert AuditEntry.objects.filter(action="units.rules.set").count() == 2


def test_what_nobody_would_sign_is_not_submitted(unit: Unit, second: User) -> None:
    clerk = make_user(unit, "zhou", roles=["clerk"])
    item = make_draft(unit, clerk)
    unit.unconfirmed_sign = False
    with unit:
        operations.set_authors(
            actor=clerk.actor, item_uuid=item.uuid, version=1, authors=[AuthorInput(user=second.uuid)]
        )
        with pytest.raises(InvalidInput) as refused, transaction.atomic():
            operations.register_submission(actor=clerk.actor, item=item)
        assert refused.value.fields["authors"] == ["反映人还没有确认，本单位规定未确认的不署名。"]
        assert Item.objects.get(pk=item.pk).state == State.DRAFT
    confirm(unit, item, second)
    submit(unit, item, clerk)
    assert network(unit, item) == ["冯雅琪"]


def test_other_names_after_a_return_reach_the_network(unit: Unit, author: User, second: User) -> None:
    item = submit(unit, make_draft(unit, author), author)
    with unit:
        item = operations.reopen_returned(actor=system(unit.pk), item=item)
    assert network(unit, item) == ["梁晓岚"]
    item = submit(unit, name_them(unit, item, author, second), author)
    assert network(unit, item) == ["梁晓岚", "冯雅琪"]


def test_names_from_before_the_question_are_asked_at_submission(
    unit: Unit, author: User, second: User, drain: Any
) -> None:
    item = make_draft(unit, author)
    with unit:
        ItemAuthor.objects.create(item=item, order=2, user=second, name="冯雅琪")
    assert not sees(unit, second, item)  # a draft that was begun as the writer's alone stays so
    item = submit(unit, item, author)
    drain()
    assert answers(unit, item) == [("梁晓岚", "", True), ("冯雅琪", "asked", True)]
    with unit:
        assert Notice.objects.filter(reader=second, kind="signing.asked").count() == 1


def test_the_database_keeps_answers_and_names_together(unit: Unit, author: User, second: User) -> None:
    item = draft_of_both(unit, author, second)
    with unit:
        row = item.authors.filter(user=second)
        for wrong in ({"consent": Consent.CONFIRMED}, {"consent": Consent.DECLINED, "answered_at": item.created_at}):
            with pytest.raises(IntegrityError), transaction.atomic():
                row.update(**wrong)


def test_the_rules_are_the_administrators(unit: Unit, author: User) -> None:
    with unit, pytest.raises(NotAllowed):
        set_writing_rules(actor=author.actor, text_limit=1500, unconfirmed_sign=False)
    administrator = make_user(unit, "guan", roles=["administrator"])
    for limit in (299, 20_001):
        with unit, pytest.raises(InvalidInput) as refused:
            set_writing_rules(actor=administrator.actor, text_limit=limit, unconfirmed_sign=True)
        assert "text_limit" in refused.value.fields


def test_a_co_author_answers_on_the_page(unit: Unit, author: User, second: User, client_for: Any) -> None:
    item = draft_of_both(unit, author, second)
    client, url = client_for(second, unit), f"/items/{item.uuid}/sign/"
    home = client.get("/").content.decode()
    assert "请您联名" in home
    assert url in home
    assert client.get(f"/items/{item.uuid}/").url == url
    page = client.get(url).content.decode()
    for words in (TEXT["problem"], "梁晓岚请您联名", "确认联名", "采用之前随时可以谢绝"):
        assert words in page
    assert client.post(url, {"answer": "confirm"}).url == url
    assert "您已确认联名" in client.get(url).content.decode()
    assert "请您联名" not in client.get("/").content.decode()
    refused = client.post(url, {"answer": "decline", "reason": " "})
    assert refused.status_code == 422
    assert "请写明理由" in refused.content.decode()
    assert client.get(f"{url}?answer=decline").status_code == 200
    assert client.post(url, {"answer": "decline", "reason": "不了解"}).url == "/"
    assert client.get(url).status_code == 404
    writing = client_for(author, unit).get(f"/items/{item.uuid}/edit/").content.decode()
    assert "已谢绝" in writing
    assert "不了解" in writing
    assert "联名反映人 1" in writing
    assert client_for(author, unit).get(url).status_code == 404  # the writer is not asked


def test_the_submit_bar_says_who_has_not_answered(unit: Unit, author: User, second: User, client_for: Any) -> None:
    item = draft_of_both(unit, author, second)
    client = client_for(author, unit)
    page = client.get(f"/items/{item.uuid}/edit/").content.decode()
    assert "1 人待确认，先署名" in page
    assert "等对方确认" in page
    Unit.objects.filter(pk=unit.pk).update(unconfirmed_sign=False)
    assert "1 人待确认，不署名" in client.get(f"/items/{item.uuid}/edit/").content.decode()
    confirm(unit, item, second)
    assert "待确认" not in client.get(f"/items/{item.uuid}/edit/").content.decode()


def test_the_rules_page(unit: Unit, author: User, client_for: Any) -> None:
    administrator = make_user(unit, "guan", roles=["administrator"])
    client = client_for(administrator, unit)
    given = {"text_limit": "2000", "unconfirmed_sign": "0", "hides_reviewers": "1"}
    assert client_for(author, unit).get("/items/rules/").status_code == 403
    assert client_for(author, unit).post("/items/rules/", given).status_code == 403
    assert "填报规则" in client.get("/items/rules/").content.decode()
    assert client.post("/items/rules/", given).status_code == 302
    unit.refresh_from_db()
    assert (unit.text_limit, unit.unconfirmed_sign, unit.hides_reviewers) == (2000, False, True)
    show = {"hides_reviewers": "0"}  # saved with the rest or not at all
    for wrong in ({"text_limit": "299"}, {"text_limit": "x"}, {"unconfirmed_sign": "2"}, {"hides_reviewers": "2"}):
        assert client.post("/items/rules/", given | show | wrong).status_code == 422
    unit.refresh_from_db()
    assert (unit.text_limit, unit.hides_reviewers) == (2000, True)
    assert client.post("/items/rules/", given | show).status_code == 302
    unit.refresh_from_db()
    assert not unit.hides_reviewers
