"""Files of a draft: into the store first, then onto the item."""

from uuid import UUID

from django.core.files.base import File

from tenants.items.models import Attachment, Item, State
from tenants.items.operations.common import account_of, announce, lock_written, require_written, unit_in_force
from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, NotFound
from zhitong.core.operations import Actor, operation
from zhitong.documents import storage

FILES_LIMIT = 20


@operation()
def attach(*, actor: Actor, item_uuid: UUID, file: File) -> Attachment:  # type: ignore[type-arg]
    """Add a file to an own draft or returned item; the same file under the same name again is the one already there.

    The file is stored before the row is locked, so that a slow upload holds nobody up; content without a row is
    harmless, because it is stored by its hash.

    Raises:
        NotFound, NotAllowed, WrongState: as `save_draft`.
        InvalidInput: the file is empty, too large, of a kind that is not taken, or one too many.
    """
    require_written(actor, item_uuid)
    stored = storage.store(unit_in_force(), file)
    item = lock_written(actor, item_uuid)
    present = list(item.attachments.filter(removed_at__isnull=True))
    same = next((known for known in present if (known.sha256, known.name) == (stored.sha256, stored.name)), None)
    if same:
        return same
    if len(present) >= FILES_LIMIT:
        words = f"“{stored.name}”没有收下：一篇最多 {FILES_LIMIT} 个附件。"
        raise InvalidInput(words, fields={"file": [words]})
    attachment = Attachment.objects.create(
        item=item,
        name=stored.name,
        sha256=stored.sha256,
        size=stored.size,
        media_type=stored.media_type,
        uploaded_by=account_of(actor),
        uploaded_at=clock.now(),
    )
    _tell(item)
    audit.record(
        actor=actor,
        action="items.file.attached",
        object_kind="item",
        object_id=item.uuid,
        file=str(attachment.uuid),
        sha256=stored.sha256,
    )
    return attachment


@operation()
def remove_attachment(*, actor: Actor, item_uuid: UUID, attachment_uuid: UUID) -> None:
    """Take a file off an own draft or returned item; its row stays, marked.

    Raises:
        NotFound, NotAllowed, WrongState: as `save_draft`; NotFound also when it has no such file.
    """
    item = lock_written(actor, item_uuid)
    removed = item.attachments.filter(uuid=attachment_uuid, removed_at__isnull=True).update(removed_at=clock.now())
    if not removed:
        raise NotFound
    _tell(item)
    audit.record(
        actor=actor, action="items.file.removed", object_kind="item", object_id=item.uuid, file=str(attachment_uuid)
    )


def _tell(item: Item) -> None:
    """A returned item is found by its files, and by none that was taken off; a draft is found by nobody."""
    if item.state != State.DRAFT:
        announce(item)
