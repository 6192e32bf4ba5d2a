"""Reads over filed proposals: everybody who may search the archive of the unit sees all of them."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from tenants.proposals.models import Proposal
from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor

SEES = "search.archive"
BRINGS = "items.import"
ORDER = ("-year", "serial", "id")


def found(words: str, year: int | None) -> QuerySet[Proposal]:
    """Return the proposals of a year (all without) in whose number, title, proposers or handlers the words stand."""
    rows = Proposal.objects.all()
    if year:
        rows = rows.filter(year=year)
    for word in words.split():
        named = Q(number__icontains=word) | Q(title__icontains=word) | Q(handlers__icontains=word)
        rows = rows.filter(named | Q(proposers__icontains=word))
    return rows


def years() -> list[tuple[int, int]]:
    """Return the years with the number of their proposals, the newest first."""
    rows = Proposal.objects.values_list("year").annotate(n=Count("pk")).order_by("-year")
    return [(year, count) for year, count in rows]


def get_proposal(actor: Actor, proposal_uuid: UUID) -> Proposal:
    """Return one proposal.

    Raises:
        NotAllowed: the archive is closed to the actor.
        NotFound: there is none.
    """
    actor.require(SEES)
    proposal = Proposal.objects.filter(uuid=proposal_uuid).first()
    if proposal is None:
        raise NotFound
    return proposal
