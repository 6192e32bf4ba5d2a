"""Search documents of what became of items: instructions, answers, printed issues, wherever on their way up.

There is one for each reader's item and event, and only for those who may read it: leaders' words that are kept from the
chain below are found by the office of the unit that recorded them alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from uuid import UUID, uuid5

from search import sources
from search.backend import backend
from search.documents import Document, permission_grant
from search.models import SearchDocument
from tenants.items.documents import item_page, readers_of, submitted
from tenants.items.models import Item
from tenants.items.queries import number_label
from zhitong.core.operations import require_unit
from zhitong.exchange.journeys import Node
from zhitong.exchange.journeys.telling import is_open
from zhitong.exchange.models import Event, EventKind, ItemFact
from zhitong.exchange.queries.chains import ways_up
from zhitong.exchange.words import leader_words
from zhitong.units.models import Unit

KINDS: dict[str, str] = {
    EventKind.INSTRUCTION.value: str(EventKind.INSTRUCTION.label),
    EventKind.REPLIED.value: str(EventKind.REPLIED.label),
    EventKind.PUBLISHED.value: str(EventKind.PUBLISHED.label),
}
_OFFICE = "items.read_all"  # who reads what leaders wrote, where its recorder keeps it from authors
_BATCH = 500


def index_of(item_uuid: UUID) -> None:
    """Write the documents of what became of an item anew, and remove those that hold no more."""
    found = list(_documents(submitted().filter(uuid=item_uuid)))
    backend().index(found)
    known = SearchDocument.objects.filter(unit=require_unit(), subject=item_uuid, kind__in=KINDS)
    gone = set(known.values_list("kind", "object_uuid")) - {(one.kind, one.object_uuid) for one in found}
    for kind, key in gone:
        backend().remove(kind, [key])


def _documents(items: Iterable[Item]) -> Iterator[Document]:
    unit = Unit.objects.get(pk=require_unit())
    rest = iter(items)
    while some := list(islice(rest, _BATCH)):
        yield from _of(unit, some)


def _of(unit: Unit, items: Sequence[Item]) -> Iterator[Document]:
    ways = ways_up([Node(unit.pk, item.uuid) for item in items])
    told: dict[Node, list[Event]] = {}
    for event in _events({reached.node for way in ways.values() for reached in way}):
        told.setdefault(Node(event.unit_id, event.item_uuid), []).append(event)
    if not told:
        return
    facts = ItemFact.objects.filter(unit=unit, item_uuid__in=[item.uuid for item in items])
    matters = dict(facts.values_list("item_uuid", "matter_id"))
    for item in items:
        for reached in ways.get(Node(unit.pk, item.uuid), ()):
            for event in told.get(reached.node, ()):
                if readers := _readers(unit, item, event):
                    yield _document(unit, item, event, readers, matters.get(item.uuid))


def _events(nodes: set[Node]) -> Iterable[Event]:
    told = Event.objects.filter(kind__in=(*KINDS, EventKind.ADOPTED), reverses__isnull=True, reversed_by__isnull=True)
    told = told.filter(unit_id__in={node.unit_id for node in nodes}, item_uuid__in={node.item_uuid for node in nodes})
    found = told.select_related("unit", "body", "handling_step__assignment__handling").order_by("id")
    return (event for event in found if event.kind != EventKind.ADOPTED or event.bulletin)


def _kind(event: Event) -> str:
    """Return the kind of document that tells of an event: an adoption that was printed is an issue, too."""
    return EventKind.PUBLISHED.value if event.kind == EventKind.ADOPTED else event.kind


def _readers(unit: Unit, item: Item, event: Event) -> list[str]:
    if _kind(event) == EventKind.PUBLISHED or is_open(event, frozenset()):
        return readers_of(unit.pk, item)
    return [permission_grant(unit.pk, _OFFICE)] if event.unit_id == unit.pk else []


def _document(unit: Unit, item: Item, event: Event, readers: list[str], matter: int | None) -> Document:
    place = event.body or event.unit
    told = _kind(event) != EventKind.PUBLISHED or is_open(event, frozenset())
    return Document(
        unit_id=unit.pk,
        kind=_kind(event),
        object_uuid=uuid5(event.uuid, str(item.uuid)),
        version=item.version,
        title=f"{_head(event)}：{item.title}",
        problem=event.words if told else "",
        from_unit=place.short_name,
        number_label=number_label(item, unit.mark),
        category=item.category,
        day=event.occurred_on,
        matter=matter,
        subject=item.uuid,
        readers=readers,
    )


def _head(event: Event) -> str:
    place = (event.body or event.unit).short_name
    if _kind(event) == EventKind.PUBLISHED:
        issue = f"第 {event.issue_number} 期" if event.issue_number else ""
        return f"《{event.bulletin}》{issue}" if event.bulletin else f"{place}{EventKind.PUBLISHED.label}"
    if event.kind == EventKind.INSTRUCTION:
        return f"{event.leader or place + leader_words(event.leader_rank)}{EventKind.INSTRUCTION.label}"
    return f"{place}{EventKind.REPLIED.label}"


def _all(kind: str) -> Iterator[Document]:
    return (one for one in _documents(submitted().iterator(_BATCH)) if one.kind == kind)


def _keys(kind: str) -> Iterator[tuple[UUID, int]]:
    return ((one.object_uuid, one.version) for one in _all(kind))


def _chosen(kind: str, keys: Sequence[UUID]) -> list[Document]:
    """Return the documents of some keys, which do not say what they are of: all are looked through, by the sweep."""
    wanted = set(keys)
    return [one for one in _all(kind) if one.object_uuid in wanted]


for _one, _label in KINDS.items():
    sources.register(sources.Source(_one, _label, partial(_keys, _one), partial(_chosen, _one), item_page, (_OFFICE,)))
