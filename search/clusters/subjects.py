"""Who reads which hot subjects, and what of the items behind one: of other units' items the fact, unit and number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from search.models import HotItem, HotSubject, SearchDocument
from search.rights import reader_of
from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor, require_unit
from zhitong.exchange.models import ItemFact
from zhitong.units.models import Unit

OVER_ALL = "monitor.province"
OWN = "search.archive"


@dataclass(frozen=True, slots=True)
class Behind:
    """An item behind a subject: whose, its number and day; `title` and `item` where the reader's unit has it."""

    unit: str
    number: str
    day: date
    title: str = ""
    item: UUID | None = None


def hot_subjects(
    actor: Actor, unit: Unit | None, period_first: date, period_last: date, limit: int
) -> Sequence[HotSubject]:
    """Return the stored subjects of a period, what most units report first; none where none were computed.

    Args:
        actor: who asks, in the unit in force.
        unit: the unit in force, for what it may search itself; None for the network.
        period_first: first day.
        period_last: last day, within.
        limit: how many at most.

    Raises:
        NotAllowed: the network without the right to see it, or a unit without the right to search its archive.
        NotFound: another unit than the one in force.
    """
    actor.require(OWN if unit else OVER_ALL)
    if unit and unit.pk != require_unit():
        raise NotFound
    kept = HotSubject.objects.filter(unit=unit, first=period_first, last=period_last)
    return list(kept.order_by("place")[:limit])


def get_subject(actor: Actor, key: int) -> HotSubject:
    """Return one subject that the actor may read.

    Raises:
        NotFound: there is none, or it is another unit's, or the right is missing.
    """
    subject = HotSubject.objects.filter(pk=key).first()
    if subject is None or not actor.can(OWN if subject.unit_id else OVER_ALL):
        raise NotFound
    if subject.unit_id not in {None, require_unit()}:
        raise NotFound
    return subject


def behind(actor: Actor, subject: HotSubject) -> list[Behind]:
    """Return the items behind a subject, as many as it counts, the newest first.

    A title is read where the reader's unit has the item: its own, or one that it received (the same matter).
    """
    members = HotItem.objects.filter(subject=subject).values_list("unit_id", "item_uuid")
    wanted = set(members)
    facts = [
        fact
        for fact in ItemFact.objects.filter(item_uuid__in=[key for _unit, key in wanted]).select_related("unit")
        if (fact.unit_id, fact.item_uuid) in wanted
    ]
    mine = ItemFact.objects.filter(unit=require_unit(), matter__in={fact.matter_id for fact in facts})
    here = dict(mine.order_by("submitted_at").values_list("matter_id", "item_uuid"))
    own = {fact.item_uuid for fact in facts if fact.unit_id == require_unit()}
    titles = _titles(actor, {*here.values(), *own})
    found = []
    for fact in sorted(facts, key=lambda fact: (fact.submitted_at, fact.pk), reverse=True):
        item = fact.item_uuid if fact.item_uuid in own else here.get(fact.matter_id)
        title = titles.get(item, "") if item else ""
        found.append(Behind(fact.unit.short_name, fact.number_label, fact.submitted_on, title, item if title else None))
    return found


def _titles(actor: Actor, items: set[UUID]) -> dict[UUID, str]:
    grants = sorted(reader_of(actor).grants)
    documents = SearchDocument.objects.filter(unit=require_unit(), object_uuid__in=items, readers__overlap=grants)
    return dict(documents.values_list("object_uuid", "title"))
