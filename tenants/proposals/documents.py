"""Search documents of filed proposals: found, and held against reports, by who may search the unit's archive."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from django.urls import reverse

from search import sources
from search.documents import PROPOSAL, Document, unit_grant
from tenants.items.imports import sections
from tenants.proposals.models import Proposal
from zhitong.core.operations import Actor, require_unit


def documents(keys: Sequence[UUID]) -> list[Document]:
    """Return the documents of these proposals, as far as they are there."""
    unit_id = require_unit()
    return [_document(one, unit_id) for one in Proposal.objects.filter(uuid__in=keys).order_by("pk")]


def _document(proposal: Proposal, unit_id: int) -> Document:
    """Return a proposal by the sections that its text shows; of its day a list tells the year alone."""
    parts = sections.split(proposal.text)
    return Document(
        unit_id=unit_id,
        kind=PROPOSAL,
        object_uuid=proposal.uuid,
        version=proposal.version,
        title=proposal.title,
        problem=parts["problem"],
        analysis=parts["analysis"],
        suggestions=parts["suggestions"],
        author_names=proposal.proposers,
        number_label=f"提案 {proposal.number}",
        day=date(proposal.year, 1, 1),
        readers=[unit_grant(unit_id)],
    )


def _keys() -> Iterator[tuple[UUID, int]]:
    yield from Proposal.objects.values_list("uuid", "version").iterator()


def _page(document: Document, _actor: Actor) -> str:
    return reverse("proposals:proposal", args=[document.object_uuid])


sources.register(sources.Source(PROPOSAL, "提案", _keys, documents, _page, day_words=lambda day: f"{day.year} 年"))
