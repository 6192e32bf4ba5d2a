"""Reads over what comes down: who has what, and how far each receiver of a paper is."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from zhitong.exchange.journeys import Node
from zhitong.exchange.models import CallAnswer, Delivery, Event, EventKind, Paper
from zhitong.exchange.queries.chains import ways_up
from zhitong.units.models import LEVEL_ORDER, Level, UnitKind

# From papers down: where answers may hang. `via` is the delivery that a place was reached by, null where the unit's own
# paper is; `root` the delivery of the first paper under which the place stands, null for the first unit's own people.
_ANSWERS = """
WITH RECURSIVE place AS (
  SELECT p.id AS paper, NULL::bigint AS root, p.id AS at, p.unit_id AS unit, NULL::bigint AS via
    FROM public.exchange_paper p WHERE p.id = ANY(%s)
  UNION
  SELECT place.paper, coalesce(place.root, down.delivery), down.at, down.unit, down.delivery
    FROM place CROSS JOIN LATERAL (
      SELECT d.id AS delivery, d.paper_id AS at, d.receiver_id AS unit
        FROM public.exchange_delivery d WHERE place.via IS NULL AND d.paper_id = place.at
      UNION ALL
      SELECT NULL::bigint, c.id, c.unit_id
        FROM public.exchange_paper c WHERE c.parent_id = place.via
    ) down
)
SELECT place.paper, place.root, a.unit_id, a.item_uuid
  FROM place JOIN public.exchange_callanswer a ON a.paper_id = place.at AND a.unit_id = place.unit
"""


class _Answered(NamedTuple):
    """An answer under a paper: through which of its deliveries it came, None from the sender's own people."""

    paper_id: int
    delivery_id: int | None
    node: Node


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a receiver is: numbers alone, whoever wrote below it. `adopted` are answers that the caller adopted."""

    delivery: Delivery
    passed_on: bool
    written: int
    adopted: int


class Tally(NamedTuple):
    """The sums over all receivers of a paper and the sender's own people."""

    receivers: int = 0
    received: int = 0
    written: int = 0
    adopted: int = 0


def received_papers(unit_id: int) -> QuerySet[Delivery]:
    """Return what came down to the unit, with papers and senders; `is_passed_on` says whether it stands passed on."""
    own = Paper.objects.filter(parent=OuterRef("pk"), withdrawn_at__isnull=True)
    found = Delivery.objects.filter(receiver_id=unit_id).select_related("paper__unit", "paper__parent")
    return found.annotate(is_passed_on=Exists(own))


def unreceived_papers(unit_id: int) -> QuerySet[Delivery]:
    """Return what came down to the unit and waits for its receipt; without order."""
    return Delivery.objects.filter(receiver_id=unit_id, received_at__isnull=True, paper__withdrawn_at__isnull=True)


def published_papers(unit_id: int) -> QuerySet[Paper]:
    """Return what the unit sent down, newest first."""
    return Paper.objects.filter(unit_id=unit_id).order_by("-published_at", "-id")


def papers_for_people(unit_id: int) -> QuerySet[Paper]:
    """Return the standing papers that people of the unit may read: its own for them, and what came down open to them.

    Whom a paper of its own names is known to the unit alone.
    """
    came = Delivery.objects.filter(paper=OuterRef("pk"), receiver_id=unit_id)
    own = Q(unit_id=unit_id) & ~Q(audience="nobody")
    return Paper.objects.filter(own | (Q(open_to_members=True) & Exists(came)), withdrawn_at__isnull=True)


def reaches(paper: Paper, unit_id: int) -> bool:
    """Return whether the paper is the unit's own or came down to it."""
    return paper.unit_id == unit_id or Delivery.objects.filter(paper=paper, receiver_id=unit_id).exists()


def progress(paper: Paper) -> list[Progress]:
    """Return how far each receiver of a paper is: committees from above, then others; a constant number of queries."""
    own = Paper.objects.filter(parent=OuterRef("pk"), withdrawn_at__isnull=True)
    found = Delivery.objects.filter(paper=paper).select_related("receiver").annotate(is_passed_on=Exists(own))
    deliveries = sorted(found, key=_place)
    written, adopted = _counts(paper.unit_id, _answers([paper.pk]))
    return [
        Progress(
            delivery,
            bool(getattr(delivery, "is_passed_on", False)),
            written[paper.pk, delivery.pk],
            adopted[paper.pk, delivery.pk],
        )
        for delivery in deliveries
    ]


def tallies(papers: Iterable[Paper], unit_id: int) -> dict[int, Tally]:
    """Return the sums of papers of the unit by their keys; a constant number of queries."""
    keys = [paper.pk for paper in papers]
    rows = Delivery.objects.filter(paper__in=keys).values("paper").order_by()
    counts = rows.annotate(n=Count("pk"), done=Count("received_at")).values_list("paper", "n", "done")
    sent = {key: (n, done) for key, n, done in counts}
    written, adopted = _counts(unit_id, _answers(keys))
    return {
        key: Tally(
            *sent.get(key, (0, 0)),
            written=sum(n for (paper, _), n in written.items() if paper == key),
            adopted=sum(n for (paper, _), n in adopted.items() if paper == key),
        )
        for key in keys
    }


def adopted_of(unit_id: int, items: Iterable[UUID]) -> set[UUID]:
    """Return which of the unit's own items it adopted itself, alone or merged."""
    nodes = [Node(unit_id, item) for item in items]
    return {node.item_uuid for node in _adopted(unit_id, nodes)}


def call_of(unit_id: int, item_uuid: UUID) -> Paper | None:
    """Return the call that an item of the unit answers, with its sender; None when it answers none."""
    answer = CallAnswer.objects.select_related("paper__unit").filter(unit_id=unit_id, item_uuid=item_uuid).first()
    return answer.paper if answer else None


def _place(delivery: Delivery) -> tuple[bool, int, str, str]:
    receiver = delivery.receiver
    level = -LEVEL_ORDER.index(Level(receiver.level))
    return receiver.kind != UnitKind.COMMITTEE, level, receiver.division_code, receiver.short_name


def _answers(papers: list[int]) -> list[_Answered]:
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERS, [papers])
        return [_Answered(paper, root, Node(unit, item)) for paper, root, unit, item in cursor.fetchall()]


def _counts(
    unit_id: int, answers: list[_Answered]
) -> tuple[Mapping[tuple[int, int | None], int], Mapping[tuple[int, int | None], int]]:
    adopted = _adopted(unit_id, [answer.node for answer in answers])
    written = Counter((answer.paper_id, answer.delivery_id) for answer in answers)
    taken = Counter((answer.paper_id, answer.delivery_id) for answer in answers if answer.node in adopted)
    return written, taken


def _adopted(unit_id: int, nodes: list[Node]) -> set[Node]:
    """Return those of the items that the unit adopted, as itself or as what was made of them."""
    ways = ways_up(nodes)
    here = {reached.node.item_uuid for way in ways.values() for reached in way if reached.node.unit_id == unit_id}
    standing = Event.objects.filter(
        unit_id=unit_id,
        item_uuid__in=here,
        kind=EventKind.ADOPTED,
        body__isnull=True,
        reverses__isnull=True,
        reversed_by__isnull=True,
    )
    adopted = set(standing.values_list("item_uuid", flat=True))
    return {
        node
        for node, way in ways.items()
        if any(reached.node.unit_id == unit_id and reached.node.item_uuid in adopted for reached in way)
    }
