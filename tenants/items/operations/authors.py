"""Who stands under an item: naming, asking the co-authors, their answers, and what the network is told of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants.accounts.models import GroupKind, Membership, User
from tenants.items.fields import AUTHOR_WORDS, AuthorInput, short_text
from tenants.items.models import OPEN_STATES, Consent, Item, ItemAuthor, State
from tenants.items.operations.common import announce, lock_own, require_version, store
from zhitong.core import audit, clock, outbox
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation, require_unit
from zhitong.core.reasons import clean_reason
from zhitong.exchange.operations import change_authors
from zhitong.units.models import Unit

AUTHORS_LIMIT = 20
_WORDS = tuple(AUTHOR_WORDS)
_QUESTION = ("consent", "signs", "asked_at", "answered_at", "reason")


@operation("items.write")
def set_authors(*, actor: Actor, item_uuid: UUID, version: int, authors: Sequence[AuthorInput]) -> Item:
    """Replace those who sign, in the order given; who is named anew and has an account here is asked.

    Who writes in their own name stays among them; those who write for others (`items.read_all`) need not. Answers
    given before stay; naming somebody again who declined asks them again.

    Raises:
        NotFound, WrongState, StaleVersion: as `save_draft`.
        InvalidInput: too many, somebody twice, somebody not of the unit, a name missing or too long.
    """
    item = lock_own(actor, item_uuid)
    require_version(item, version)
    if len(authors) > AUTHORS_LIMIT:
        raise _bad_authors(f"共 {len(authors)} 人，最多 {AUTHORS_LIMIT} 人署名。")
    if actor.user_uuid not in {author.user for author in authors} and not actor.can("items.read_all"):
        raise _bad_authors("撰写人要在反映人之中。")
    write_authors(item, authors)
    store(item)
    audit.record(
        actor=actor,
        action="items.authors.set",
        object_kind="item",
        object_id=item.uuid,
        accounts=[str(author.user) for author in authors if author.user],
        others=sum(author.user is None for author in authors),
    )
    return item


@operation()
def confirm_signing(*, actor: Actor, item_uuid: UUID) -> ItemAuthor:
    """Say yes to standing under an item as co-author; the name stands there from now on. Being named is the right.

    Raises:
        NotFound: the actor is not asked, or has declined.
        WrongState: the unit has decided on the item.
    """
    item, row = _lock_question(actor, item_uuid)
    if row.consent != Consent.CONFIRMED:
        row.consent, row.signs = Consent.CONFIRMED, True
        _answer(actor, item, row)
    return row


@operation()
def decline_signing(*, actor: Actor, item_uuid: UUID, reason: str) -> ItemAuthor:
    """Say no to standing under an item, also after a yes; the name leaves it and the item is closed to the actor.

    Raises:
        InvalidInput: no reason.
        NotFound, WrongState: as `confirm_signing`.
    """
    words = clean_reason(reason, "请写明为什么谢绝，发起人会看到。")
    item, row = _lock_question(actor, item_uuid)
    row.consent, row.signs, row.reason = Consent.DECLINED, False, words
    row.order = 1 + max(item.authors.values_list("order", flat=True))
    _answer(actor, item, row)
    return row


def write_authors(item: Item, authors: Sequence[AuthorInput]) -> None:
    """Write the rows of `authors` in that order; rows that stay keep their answers, refusals stay behind them.

    Raises:
        InvalidInput: somebody is named twice, is not in the unit, or a name is missing or too long.
    """
    accounts = _accounts(authors)
    sectors = _sectors(accounts.values())
    known = {_key(row): row for row in item.authors.select_related("user")}
    rows: list[ItemAuthor] = []
    for author in authors:
        account = accounts.get(author.user) if author.user else None
        columns = _of_account(account, sectors.get(account.pk, "")) if account else _cleaned(author)
        row = known.pop(_key(ItemAuthor(**columns)), None) or ItemAuthor(item=item)
        for name, value in columns.items():
            setattr(row, name, value)
        rows.append(row)
    asked = _ask(item, rows, clock.now())
    refusals = [row for row in known.values() if row.consent == Consent.DECLINED]
    item.authors.exclude(pk__in=[row.pk for row in (*rows, *refusals) if row.pk]).delete()
    for order, row in enumerate([*rows, *refusals], start=1):
        row.order = order
    ItemAuthor.objects.bulk_update(
        [row for row in (*rows, *refusals) if row.pk], ["order", "person_uuid", *_WORDS, *_QUESTION]
    )
    ItemAuthor.objects.bulk_create(row for row in rows if not row.pk)
    if asked:
        outbox.publish("items.authors.asked", {"item": str(item.uuid)}, unit_id=require_unit())


def settle_authors(item: Item, unit: Unit) -> list[ItemAuthor]:
    """Return who signs what is submitted now: whether the unanswered do is the unit's rule at this moment.

    Who was named before one was asked (drafts of old) is asked now.

    Raises:
        InvalidInput: nobody would sign.
    """
    rows = list(item.authors.select_related("user"))
    asked = _ask(item, [row for row in rows if row.user_id and not row.consent], clock.now())
    waiting = [row for row in rows if row.consent == Consent.ASKED]
    for row in waiting:
        row.signs = unit.unconfirmed_sign
    ItemAuthor.objects.bulk_update(waiting, [*_QUESTION])
    signers = [row for row in rows if row.signs]
    if not signers:
        message = "反映人还没有确认，本单位规定未确认的不署名。" if waiting else "请写明反映人。"
        raise InvalidInput(message, fields={"authors": [message]}, code="items.incomplete")
    if asked:
        outbox.publish("items.authors.asked", {"item": str(item.uuid)}, unit_id=require_unit())
    return signers


def fact_authors(signers: Iterable[ItemAuthor]) -> list[dict[str, Any]]:
    """Return what the network may know of those who sign (`ItemFact.authors`)."""
    return [
        {
            "person": str(author.person_uuid) if author.person_uuid else None,
            "name": author.name,
            "rank": author.rank,
            "kind": author.user.member_kind if author.user else "",
        }
        for author in signers
    ]


def _lock_question(actor: Actor, item_uuid: UUID) -> tuple[Item, ItemAuthor]:
    item = Item.objects.select_for_update(of=("self",)).filter(uuid=item_uuid).first()
    if item is None:
        raise NotFound
    named = [Consent.ASKED, Consent.CONFIRMED]
    row = item.authors.filter(user__uuid=actor.user_key, consent__in=named).first()
    if row is None:
        raise NotFound
    if item.state not in OPEN_STATES:
        raise WrongState(
            f"这一篇现在是“{item.get_state_display()}”，署名已经定下，不能再改。", rule="联名人在采用之前可以确认或谢绝"
        )
    return item, row


def _answer(actor: Actor, item: Item, row: ItemAuthor) -> None:
    """Keep an answer and tell those who keep copies of the names; the version stays, so that the writer goes on."""
    row.answered_at = clock.now()
    row.save(update_fields=["order", *_QUESTION])
    if item.state != State.DRAFT:
        signers = fact_authors(item.authors.filter(signs=True).select_related("user"))
        change_authors(actor=actor, item_uuid=item.uuid, authors=signers)
        announce(item)
    outbox.publish("items.author.answered", {"author": row.pk}, unit_id=require_unit())
    audit.record(actor=actor, action=f"items.author.{row.consent}", object_kind="item", object_id=item.uuid)


def _ask(item: Item, rows: Iterable[ItemAuthor], moment: datetime) -> bool:
    """Put the question to those of `rows` who have an account, are not the writer and have no answer that holds."""
    asked = False
    for row in rows:
        if row.user_id and row.user_id != item.created_by_id and row.consent in ("", Consent.DECLINED):
            row.consent, row.signs, row.reason = Consent.ASKED, True, ""
            row.asked_at, row.answered_at = moment, None
            asked = True
    return asked


def _key(row: ItemAuthor) -> tuple[object, ...]:
    """Return what makes two rows the same signer: the account, or all the words of a name without one."""
    return (row.user_id,) if row.user_id else tuple(getattr(row, name) for name in _WORDS)


def _accounts(authors: Sequence[AuthorInput]) -> dict[UUID, User]:
    asked = [author.user for author in authors if author.user]
    if len(set(asked)) != len(asked):
        raise _bad_authors("同一个人只署名一次。")
    found = {user.uuid: user for user in User.objects.filter(uuid__in=asked, is_active=True)}
    if len(found) != len(asked):
        raise _bad_authors("有一位联名反映人不在本单位。")
    return found


def _sectors(users: Iterable[User]) -> dict[int, str]:
    rows = Membership.objects.filter(user__in=list(users), group__kind=GroupKind.SECTOR).order_by("-id")
    return dict(rows.values_list("user_id", "group__name"))


def _of_account(user: User, sector: str) -> dict[str, Any]:
    """Return the columns of an author row for an account of the unit: its words are frozen as they are now."""
    return {
        "user": user,
        "person_uuid": user.person_uuid,
        "name": user.name,
        "duty": user.duty,
        "sector": sector,
        "party": user.party,
        "rank": user.rank,
        "contact": user.mobile or "",
    }


def _cleaned(author: AuthorInput) -> dict[str, str]:
    words: dict[str, str] = {}
    for name, (label, limit) in AUTHOR_WORDS.items():
        try:
            words[name] = short_text(getattr(author, name), limit)
        except ValueError as error:
            raise _bad_authors(f"反映人的{label}：{error}") from error
    if not words["name"]:
        raise _bad_authors("请填写反映人的姓名。")
    return words


def _bad_authors(message: str) -> InvalidInput:
    return InvalidInput(message, fields={"authors": [message]})
