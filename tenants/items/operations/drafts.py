"""Drafts: begin, save with a version check, delete."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tenants.accounts.models import MemberKind
from tenants.items.fields import EDITABLE, AuthorInput, clean_changes
from tenants.items.models import Item, State, SubmitterKind
from tenants.items.operations.authors import write_authors
from tenants.items.operations.common import (
    account_of,
    lock_own,
    lock_written,
    require_open_unit,
    require_version,
    store,
)
from tenants.items.texts import SECTIONS, length_of
from zhitong.core import audit, clock
from zhitong.core.errors import NotFound, WrongState
from zhitong.core.operations import Actor, operation


@operation("items.write")
def create_draft(*, actor: Actor, changes: Mapping[str, Any], call_uuid: UUID | None = None) -> Item:
    """Begin a draft; the creator signs first, unless they belong to the staff and write for others.

    Args:
        changes: raw values of the fields in `tenants.items.fields.EDITABLE`; may be empty.
        call_uuid: the call it is written from; its caller knows that the actor was asked.

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
    item = Item(created_by=user, created_at=moment, changed_at=moment, call_uuid=call_uuid)
    if user.member_kind not in (MemberKind.MEMBER, MemberKind.STAFF):
        item.submitter_kind = SubmitterKind.INFORMANT
    _put(item, clean_changes(changes))
    item.save(force_insert=True)
    if user.member_kind != MemberKind.STAFF:
        write_authors(item, [AuthorInput(user=user.uuid)])
    audit.record(actor=actor, action="items.draft.created", object_kind="item", object_id=item.uuid)
    return item


@operation()
def save_draft(*, actor: Actor, item_uuid: UUID, version: int, changes: Mapping[str, Any]) -> Item:
    """Save named fields of an own draft or returned item, or of one handed to the actor to write on.

    The other fields stay. Incomplete texts are welcome.

    The same save twice (an answer that was lost) does no harm. No audit entry: autosave would drown the trail.

    Raises:
        NotFound: no such item of the actor's own, or in their hand.
        NotAllowed: the creator may not write any more.
        WrongState: it has left the author's hands, or somebody else has the pen.
        StaleVersion: it was changed elsewhere since `version`, and differs; nothing is written.
        InvalidInput: `fields` names each value that is wrong; nothing is written.
    """
    item = lock_written(actor, item_uuid)
    columns = clean_changes(changes)
    changed = {name: value for name, value in columns.items() if getattr(item, name) != value}
    if not changed:
        return item
    require_version(item, version)
    _put(item, changed)
    store(item, *changed, "text_length")
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
