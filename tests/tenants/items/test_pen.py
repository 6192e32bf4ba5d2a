"""Writing in turns before submission: one hand at a time, each edition kept, nothing read by anybody else."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tenants.accounts import operations as accounts
from tenants.accounts.models import User
from tenants.items import operations, queries
from tenants.items.models import Edition, EditionKind, Item, State
from tenants.items.operations import AuthorInput
from tenants.notices.models import Notice
from tenants.review import operations as review
from tenants.review.models import Run, Task
from tests.factories import TEXT, make_draft, make_user
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, StaleVersion, WrongState
from zhitong.core.operations import system
from zhitong.units.models import Unit


@pytest.fixture
def liang(unit: Unit) -> User:
    return make_user(unit, "liang", name="梁晓岚")


@pytest.fixture
def ou(unit: Unit) -> User:
    """A colleague who can sign with others, without the right to begin items of their own."""
    return make_user(unit, "ou", name="区嘉豪", roles=["reviewer"])


@pytest.fixture
def item(unit: Unit, liang: User, ou: User) -> Any:
    draft = make_draft(unit, liang)
    with unit:
        yield draft


def fresh(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


def hand(item: Item, by: User, to: User, **changes: Any) -> Item:
    version = changes.pop("version", fresh(item).version)
    return operations.hand_pen(actor=by.actor, item_uuid=item.uuid, version=version, to=to.uuid, **changes)


def save(item: Item, by: User, version: int | None = None, **changes: str) -> Item:
    version = fresh(item).version if version is None else version
    return operations.save_draft(actor=by.actor, item_uuid=item.uuid, version=version, changes=changes)


def back(item: Item, by: User) -> Item:
    return operations.give_pen_back(actor=by.actor, item_uuid=item.uuid, version=fresh(item).version)


def kept(item: Item) -> list[tuple[str, str]]:
    return [(edition.writer_label, edition.problem) for edition in queries.draft_editions(item)]


def test_a_draft_goes_to_and_fro_and_each_hand_is_kept(item: Item, liang: User, ou: User, drain: Any) -> None:
    hand(item, liang, ou, note="请补充数据")
    save(item, ou, problem="区嘉豪补充的情况")
    back(item, ou)
    save(item, liang, problem="梁晓岚再改")
    hand(item, liang, ou)
    back(item, ou)
    assert kept(item) == [("梁晓岚", TEXT["problem"]), ("区嘉豪", "区嘉豪补充的情况"), ("梁晓岚", "梁晓岚再改")]
    assert fresh(item).pen_holder is None
    drain()
    titles = Notice.objects.filter(kind="items.pen").order_by("pk").values_list("reader__username", "title", "body")
    name = TEXT["title"]
    assert list(titles) == [
        ("ou", f"梁晓岚请您接着写：{name}", ""),
        ("liang", f"区嘉豪写好交回：{name}", ""),
        ("ou", f"梁晓岚请您接着写：{name}", ""),
        ("liang", f"区嘉豪写好交回：{name}", ""),
    ]


def test_the_note_reaches_who_writes_on(item: Item, liang: User, ou: User, drain: Any) -> None:
    hand(item, liang, ou, note="请补充数据")
    drain()
    notice = Notice.objects.get(reader=ou)
    assert (notice.body, notice.url) == ("请补充数据", f"/items/{item.uuid}/edit/")
    operations.take_pen(actor=liang.actor, item_uuid=item.uuid)
    drain()
    assert Notice.objects.filter(reader=ou).latest("pk").title.startswith("梁晓岚已收回，不用再写")


def test_only_the_pen_holder_writes(item: Item, liang: User, ou: User) -> None:
    hand(item, liang, ou)
    version, key = fresh(item).version, item.uuid
    author = liang.actor
    for refused in (
        lambda: save(item, liang, problem="撰写人也改"),
        lambda: operations.set_authors(actor=author, item_uuid=key, version=version, authors=[]),
        lambda: operations.delete_draft(actor=author, item_uuid=key),
        lambda: hand(item, liang, ou),
        lambda: review.submit(actor=author, item_uuid=key, version=version),
    ):
        with pytest.raises(WrongState, match="区嘉豪"):
            refused()
    for hidden in (
        lambda: operations.delete_draft(actor=ou.actor, item_uuid=key),
        lambda: operations.set_authors(actor=author_of(ou), item_uuid=key, version=version, authors=[]),
        lambda: operations.take_pen(actor=author_of(ou), item_uuid=key),
    ):
        with pytest.raises((NotFound, NotAllowed)):
            hidden()
    assert save(item, ou, problem="执笔人改").problem == "执笔人改"


def author_of(user: User) -> Any:
    """The user as an actor who may write items too."""
    return replace(user.actor, granted=user.granted | {"items.write"})


def test_taking_the_pen_back_keeps_what_was_saved(item: Item, liang: User, ou: User) -> None:
    hand(item, liang, ou)
    saved = save(item, ou, problem="写到一半")
    operations.take_pen(actor=liang.actor, item_uuid=item.uuid)
    assert kept(item)[-1] == ("区嘉豪", "写到一半")
    with pytest.raises(NotFound):
        save(item, ou, saved.version, problem="还在写")
    with pytest.raises(WrongState, match="由您执笔"):
        operations.take_pen(actor=liang.actor, item_uuid=item.uuid)
    with pytest.raises(WrongState, match="由您执笔"):
        back(item, liang)
    assert save(item, liang, problem="收回后再改").problem == "收回后再改"


def test_versions_hold_for_every_hand(item: Item, liang: User, ou: User) -> None:
    old = fresh(item).version
    save(item, liang, problem="另一处改了")
    with pytest.raises(StaleVersion):
        hand(item, liang, ou, version=old)
    held = hand(item, liang, ou)
    save(item, ou, problem="先存的")
    with pytest.raises(StaleVersion):
        save(item, ou, held.version, problem="后存的")
    with pytest.raises(StaleVersion):
        operations.give_pen_back(actor=ou.actor, item_uuid=item.uuid, version=held.version)


def test_who_can_be_handed_a_draft(unit: Unit, item: Item, liang: User, ou: User) -> None:
    signer, plain = make_user(unit, "su", name="苏明"), make_user(unit, "mo", name="莫青")
    gone = make_user(unit, "gone", roles=["reviewer"])
    make_user(unit, "admin_a", roles=["administrator"])
    with unit:
        accounts.deactivate_user(actor=system(unit.pk), user=gone)
        operations.set_authors(
            actor=liang.actor,
            item_uuid=item.uuid,
            version=fresh(item).version,
            authors=[AuthorInput(user=liang.uuid), AuthorInput(user=signer.uuid)],
        )
        assert [user.username for user in queries.pen_candidates(fresh(item))] == ["su", "ou"]
        for nobody in (plain, gone, liang):
            with pytest.raises(InvalidInput) as refused:
                hand(item, liang, nobody)
            assert list(refused.value.fields) == ["to"]
        with pytest.raises(InvalidInput, match="最多 200 字"):
            hand(item, liang, signer, note="长" * 201)
        assert hand(item, liang, signer).pen_holder == signer


def test_a_draft_is_read_by_its_two_hands_and_who_is_asked_to_sign(
    unit: Unit, item: Item, liang: User, ou: User
) -> None:
    signer = make_user(unit, "su", name="苏明")
    clerk = make_user(unit, "zhou", roles=["clerk"])
    with unit:
        signers = [AuthorInput(user=liang.uuid), AuthorInput(user=signer.uuid)]
        operations.set_authors(actor=liang.actor, item_uuid=item.uuid, version=fresh(item).version, authors=signers)

        def readers() -> list[str]:
            return [
                user.username for user in (liang, ou, signer, clerk) if queries.visible_items(user).filter(pk=item.pk)
            ]

        assert readers() == ["liang", "su"]
        hand(item, liang, ou)
        assert readers() == ["liang", "ou", "su"]
        assert item in queries.written_items(ou)
        back(item, ou)
        assert readers() == ["liang", "su"]
        operations.decline_signing(actor=signer.actor, item_uuid=item.uuid, reason="没有参加调研")
        assert readers() == ["liang"]


def test_draft_editions_are_in_no_list_of_texts(unit: Unit, item: Item, liang: User, ou: User) -> None:
    hand(item, liang, ou)
    save(item, ou, problem="接力时的草稿")
    back(item, ou)
    save(item, liang, problem="提交的原稿")
    review.ensure_default_flow(actor=system(unit.pk))
    make_user(unit, "he", posts=["research"], roles=["reviewer"])
    with unit:
        review.submit(actor=liang.actor, item_uuid=item.uuid, version=fresh(item).version)
        assert [(one.kind, one.problem) for one in fresh(item).editions.all()] == [("original", "提交的原稿")]
        assert [one.kind for one in Edition.objects.filter(item=item)] == ["original"]
        assert [one.number for one in Edition.every.filter(item=item)] == [1, 2, 3]


def test_a_returned_item_can_be_written_in_turns_and_ended_meanwhile(unit: Unit, item: Item, liang: User) -> None:
    review.ensure_default_flow(actor=system(unit.pk))
    he = make_user(unit, "he", posts=["research"], roles=["reviewer"])
    admin = make_user(unit, "admin_a", roles=["administrator"])
    with unit:
        run = review.submit(actor=liang.actor, item_uuid=item.uuid, version=item.version)
        task = Task.objects.get(run=run)
        review.decide_return(actor=he.actor, task_uuid=task.uuid, reason="补数据")
        ou = User.objects.get(username="ou")
        hand(item, liang, ou)
        save(item, ou, problem="补了数据")
        with pytest.raises(WrongState, match="动手修改"):
            review.take_back(actor=he.actor, run_uuid=run.uuid, reason="看错了")
        review.end_run(actor=admin.actor, run_uuid=run.uuid, as_verb="keep", reason="已过时")
        assert Run.objects.get(pk=run.pk).state == Run.State.KEPT
        assert (fresh(item).state, fresh(item).pen_holder) == (State.KEPT, None)


def test_the_database_forbids_a_pen_in_review(unit: Unit, item: Item, liang: User, ou: User) -> None:
    hand(item, liang, ou)
    broken: list[dict[str, Any]] = [{"pen_since": None}, {"pen_holder": liang}, {"pen_holder": None}]
    for columns in broken:
        with pytest.raises(IntegrityError), transaction.atomic():
            Item.objects.filter(pk=item.pk).update(**columns)
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.filter(pk=item.pk).update(state=State.KEPT, number=1, year=2026, submitted_at=clock.now())
    assert Edition.every.filter(kind=EditionKind.DRAFT).count() == 1
