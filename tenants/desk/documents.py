"""Search documents of what other units sent to this one: the frozen copy and its files, for those who receive.

A dispatch is found from its arrival on, whatever became of it, as long as its page shows what was sent. What was taken
in without files is found as the unit's own item, which says the same.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from search import sources
from search.documents import Document, permission_grant
from search.files import Attached, texts_of
from zhitong.core import clock
from zhitong.core.operations import Actor, require_unit
from zhitong.exchange.models import Dispatch, Grant
from zhitong.exchange.queries import inbox

KIND = "dispatch"
_RECEIVES = "exchange.receive"


def documents(keys: Sequence[UUID]) -> list[Document]:
    """Return the documents of dispatches to the unit, by a constant number of queries.

    Files are read once for their sender, whose store keeps them.
    """
    found = list(_came().filter(uuid__in=keys).select_related("packet", "sender"))
    files = texts_of(_sent_along(found))
    return [_document(dispatch, files[dispatch.uuid]) for dispatch in found]


def stale(sha256: str) -> Iterator[tuple[int, UUID]]:
    """Yield receiver and key of every dispatch by which the unit in force sent a file."""
    held = Grant.objects.filter(packet__sender=require_unit(), sha256=sha256).values("packet")
    went = Dispatch.objects.filter(packet__in=held, receiver__isnull=False)
    yield from went.values_list("receiver_id", "uuid")


def _document(dispatch: Dispatch, files: str) -> Document:
    content = dispatch.packet.content
    return Document(
        unit_id=require_unit(),
        kind=KIND,
        object_uuid=dispatch.uuid,
        version=1,  # what was sent never changes
        title=dispatch.title,
        problem=content.get("problem", ""),
        analysis=content.get("analysis", ""),
        suggestions=content.get("suggestions", ""),
        files=files,
        author_names=[author["name"] for author in content.get("authors", ())],
        from_unit=dispatch.sender.short_name,
        number_label=content.get("number_label", ""),
        category=dispatch.category,
        day=clock.local_date(dispatch.sent_at),
        matter=dispatch.packet.matter_id,
        readers=[permission_grant(require_unit(), _RECEIVES)],
    )


def _sent_along(found: Sequence[Dispatch]) -> dict[UUID, list[Attached]]:
    files: dict[int, list[Attached]] = {}
    grants = Grant.objects.filter(packet__in=[dispatch.packet_id for dispatch in found]).order_by("pk")
    for file in grants.select_related("packet"):
        one = Attached(file.packet.sender_id, file.sha256, file.media_type, file.size, file.name)
        files.setdefault(file.packet_id, []).append(one)
    return {dispatch.uuid: files.get(dispatch.packet_id, []) for dispatch in found}


def _came() -> QuerySet[Dispatch]:
    """Return what is found: recalled ones are not in the inbox."""
    with_files = Exists(Grant.objects.filter(packet=OuterRef("packet")))
    return inbox(require_unit()).filter(Q(accepted_item_uuid__isnull=True) | with_files)


def _keys() -> Iterator[tuple[UUID, int]]:
    for key in _came().values_list("uuid", flat=True).iterator():
        yield key, 1


def _page(document: Document, _actor: Actor) -> str:
    return reverse("desk:dispatch", args=[document.object_uuid])


sources.register(sources.Source(KIND, "来稿", _keys, documents, _page, (_RECEIVES,)))
