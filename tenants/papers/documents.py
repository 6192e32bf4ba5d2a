"""Search documents of papers: what a unit sent down, and what came down to it, for those who may read it."""

from collections.abc import Iterator, Sequence
from functools import partial
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from search import sources
from search.documents import Document, people_grant, permission_grant, user_grant
from search.files import Attached, texts_of
from tenants.items.texts import SECTIONS
from tenants.papers.models import Reader
from zhitong.core import clock
from zhitong.core.operations import Actor, require_unit
from zhitong.exchange.models import Audience, Delivery, Enclosure, Paper, PaperKind

_SENDS, _RECEIVES = "exchange.publish", "exchange.receive"


def documents(kind: str, keys: Sequence[UUID]) -> list[Document]:
    """Return the documents of standing papers of one kind, by a constant number of queries.

    Args:
        keys: of papers of the unit and of deliveries to it.
    """
    own = list(_own(kind).filter(uuid__in=keys).select_related("unit"))
    came = list(_came(kind).filter(uuid__in=keys).select_related("paper__unit"))
    named = _named(own)
    papers = {paper.uuid: paper for paper in own} | {delivery.uuid: delivery.paper for delivery in came}
    readers = {paper.uuid: _own_readers(paper, named) for paper in own}
    readers |= {delivery.uuid: _receivers(delivery) for delivery in came}
    files = texts_of(_enclosed(papers))
    return [_document(key, paper, files[key], readers[key]) for key, paper in papers.items()]


def stale(sha256: str) -> Iterator[tuple[int, UUID]]:
    """Yield unit and key of every document of a paper with a file that the unit in force keeps."""
    held = Enclosure.objects.filter(owner=require_unit(), sha256=sha256).values("paper")
    yield from Paper.objects.filter(pk__in=held).values_list("unit_id", "uuid")
    yield from Delivery.objects.filter(paper__in=held).values_list("receiver_id", "uuid")


def _document(key: UUID, paper: Paper, files: str, readers: list[str]) -> Document:
    """Return what a paper says, with the item it shows."""
    shown = {name: str(paper.content.get(name) or "") for name in ("title", *SECTIONS, "category")}
    return Document(
        unit_id=require_unit(),
        kind=paper.kind,
        object_uuid=key,
        version=1,  # what a paper says never changes
        title=paper.title,
        problem="\n".join(part for part in (paper.body, shown["title"], shown["problem"]) if part),
        analysis=shown["analysis"],
        suggestions=shown["suggestions"],
        files=files,
        author_names=[str(author["name"]) for author in paper.content.get("authors", ())],
        from_unit=paper.unit.short_name,
        category=shown["category"],
        day=clock.local_date(paper.published_at),
        subject=paper.uuid,
        readers=readers,
    )


def _own_readers(paper: Paper, named: dict[UUID, list[UUID]]) -> list[str]:
    """Return who reads a paper of the unit: those who send, and those of its people whom it is for."""
    unit_id = require_unit()
    people: list[str] = []
    if paper.audience == Audience.ALL:
        people = [people_grant(unit_id)]
    elif paper.audience == Audience.NAMED:
        people = [user_grant(user) for user in named.get(paper.uuid, ())]
    return [permission_grant(unit_id, _SENDS), *people]


def _receivers(delivery: Delivery) -> list[str]:
    """Return who reads what came down: those who receive, and everybody where its sender opened it."""
    unit_id = require_unit()
    people = [people_grant(unit_id)] if delivery.paper.open_to_members else []
    return [permission_grant(unit_id, _RECEIVES), *people]


def _named(papers: Sequence[Paper]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    rows = Reader.objects.filter(paper_uuid__in=[paper.uuid for paper in papers], is_addressed=True).order_by("pk")
    for paper, user in rows.values_list("paper_uuid", "user__uuid"):
        found.setdefault(paper, []).append(user)
    return found


def _enclosed(papers: dict[UUID, Paper]) -> dict[UUID, list[Attached]]:
    files: dict[int, list[Attached]] = {}
    for file in Enclosure.objects.filter(paper__in=list(papers.values())):
        one = Attached(file.owner_id, file.sha256, file.media_type, file.size, file.name)
        files.setdefault(file.paper_id, []).append(one)
    return {key: files.get(paper.pk, []) for key, paper in papers.items()}


def _own(kind: str) -> QuerySet[Paper]:
    return Paper.objects.filter(unit=require_unit(), kind=kind, withdrawn_at__isnull=True)


def _came(kind: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(receiver=require_unit(), paper__kind=kind, paper__withdrawn_at__isnull=True)


def _keys(kind: str) -> Iterator[tuple[UUID, int]]:
    for key in (*_own(kind).values_list("uuid", flat=True), *_came(kind).values_list("uuid", flat=True)):
        yield key, 1


def _page(document: Document, actor: Actor) -> str:
    """Return the page for who sends or receives for the unit, else the one for everybody who may read it."""
    if document.object_uuid == document.subject and actor.can(_SENDS):
        return reverse("papers:sent", args=[document.object_uuid])
    if document.object_uuid != document.subject and actor.can(_RECEIVES):
        return reverse("papers:delivery", args=[document.object_uuid])
    return reverse("papers:paper", args=[document.subject])


for _kind in PaperKind:
    sources.register(
        sources.Source(
            _kind.value,
            _kind.label,
            partial(_keys, _kind.value),
            partial(documents, _kind.value),
            _page,
            (_SENDS, _RECEIVES),
        )
    )
