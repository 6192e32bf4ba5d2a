"""Drafts: begin, save with a version check, who signs, delete."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tenants.accounts.models import MemberKind
from tenants.items.fields import EDITABLE, AuthorInput, clean_changes
from tenants.items.models import Item, State, SubmitterKind
from tenants.items.operations.common import account_of, lock_own, require_open_unit, store, write_authors
from tenants.items.texts import SECTIONS, length_of
from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, NotFound, StaleVersion, WrongState
from zhitong.core.operations import Actor, operation

AUTHORS_LIMIT = 20
_STALE = "这一篇在另一处改过了，这里的没有存上，也没有丢。"


@operation("items.write")
def create_draft(*, actor: Actor, changes: Mapping[str, Any]) -> Item:
    """Begin a draft; the creator signs first, unless they belong to the staff and write for others.

    Args:
        changes: raw values of the fields in `tenants.items.fields.EDITABLE`; may be empty.

    Raises:
        InvalidInput: `fields` names each value that is wrong.
        WrongState: the unit is closed.
        NotFound: the actor has no account here.
    """
    require_open_unit()
    user = account_of(actor)
    if user is None:
        raise NotFound
    moment = clock.now()
    item = Item(created_by=user, created_at=moment, changed_at=moment)
    if user.member_kind not in (MemberKind.MEMBER, MemberKind.STAFF):
        item.submitter_kind = SubmitterKind.INFORMANT
    _put(item, clean_changes(changes))
    item.save(force_insert=True)
    if user.member_kind != MemberKind.STAFF:
        write_authors(item, [AuthorInput(user=user.uuid)])
    audit.record(actor=actor, action="items.draft.created", object_kind="item", object_id=item.uuid)
    return item


@operation("items.write")
def save_draft(*, actor: Actor, item_uuid: UUID, version: int, changes: Mapping[str, Any]) -> Item:
    """Save named fields of an own draft or returned item; the others stay. Incomplete texts are welcome.

    The same save twice (an answer that was lost) does no harm. No audit entry: autosave would drown the trail.

    Raises:
        NotFound: no such item of the actor's own.
        WrongState: it has left the author's hands.
        StaleVersion: it was changed elsewhere since `version`, and differs; nothing is written.
        InvalidInput: `fields` names each value that is wrong; nothing is written.
    """
    item = lock_own(actor, item_uuid)
    columns = clean_changes(changes)
    changed = {name: value for name, value in columns.items() if getattr(item, name) != value}
    if not changed:
        return item
    if item.version != version:
        raise StaleVersion(_STALE, rule="同一篇同时只认一处的修改")
    _put(item, changed)
    store(item, *changed, "text_length")
    return item


@operation("items.write")
def set_authors(*, actor: Actor, item_uuid: UUID, version: int, authors: Sequence[AuthorInput]) -> Item:
    """Replace those who sign, in the order given.

    Who writes in their own name stays among them; those who write for others (`items.read_all`) need not.

    Raises:
        NotFound, WrongState, StaleVersion: as `save_draft`.
        InvalidInput: too many, somebody twice, somebody not of the unit, a name missing or too long.
    """
    item = lock_own(actor, item_uuid)
    if item.version != version:
        raise StaleVersion(_STALE, rule="同一篇同时只认一处的修改")
    if len(authors) > AUTHORS_LIMIT:
        words = f"共 {len(authors)} 人，最多 {AUTHORS_LIMIT} 人署名。"
        raise InvalidInput(words, fields={"authors": [words]})
    if actor.user_uuid not in {author.user for author in authors} and not actor.can("items.read_all"):
        words = "撰写人要在反映人之中。"
        raise InvalidInput(words, fields={"authors": [words]})
    write_authors(item, authors)
    store(item)
    return item


@operation("items.write")
def delete_draft(*, actor: Actor, item_uuid: UUID) -> None:
    """Delete an own draft for good. What was submitted once stays for ever.

    Raises:
        NotFound: no such item of the actor's own.
        WrongState: it was submitted before.
    """
    item = lock_own(actor, item_uuid, states=State)
    if item.state != State.DRAFT:
        raise WrongState("只有草稿可以删除，提交过的信息长期保存。", rule="提交后的信息不删除")
    item.delete()
    audit.record(actor=actor, action="items.draft.deleted", object_kind="item", object_id=item_uuid)


def _put(item: Item, columns: Mapping[str, Any]) -> None:
    assert set(columns) <= set(EDITABLE)
    for name, value in columns.items():
        setattr(item, name, value)
    item.text_length = length_of(getattr(item, name) for name in SECTIONS)
