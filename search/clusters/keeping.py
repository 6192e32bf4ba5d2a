"""The hot subjects of a period, computed in a worker from fingerprints, and stored in place of the earlier ones."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection, transaction
from django.db.models import Count

from search.alike import read
from search.alike.comparing import terms
from search.alike.fingerprints import of_unit
from search.alike.places import places
from search.clusters.grouping import LEAST_ITEMS, Text, Told, count_near, group, name_of
from search.documents import body_of
from search.models import HotItem, HotSubject, SearchDocument
from search.weighing import weights_in_force
from zhitong.core import clock
from zhitong.exchange.models import ItemFact
from zhitong.ranking.periods import Period

# Over the network a subject is what at least so many units report.
LEAST_UNITS = 2
_MOST_TEXTS = 30_000
_KEPT = 60
# A name is found from so many texts nearest the centre.
_NAMED_FROM = 24
# Received and merged items are what others reported: over the network each report counts once, where it came from.
_TEXTS = """
SELECT d.id, f.unit_id, f.terms
  FROM public.exchange_itemfact fact
  JOIN public.search_searchdocument d ON d.unit_id = fact.unit_id AND d.object_uuid = fact.item_uuid
  JOIN public.search_fingerprint f ON f.document_id = d.id
 WHERE fact.submitted_on BETWEEN %(first)s AND %(last)s AND d.state <> 'withdrawn'
   AND (fact.unit_id = %(unit)s OR %(unit)s IS NULL AND NOT fact.is_received)
 ORDER BY fact.submitted_on DESC, d.id DESC LIMIT %(most)s
"""


def periods_now() -> list[Period]:
    """Return the periods that are kept up to date: this month, quarter and year, and those before them."""
    today = clock.today()
    now = [
        Period.of_month(today.year, today.month),
        Period.of_quarter(today.year, (today.month + 2) // 3),
        Period.of_year(today.year),
    ]
    return [period for one in now for period in (one, one.before)]


def refresh(periods: Iterable[Period]) -> int:
    """Compute the subjects of periods anew, of the network and of each unit; return how many there are."""
    return sum(compute(period, unit) for period in periods for unit in [None, *_units(period)])


def _units(period: Period) -> list[int]:
    """Return which units have enough items of a period, or had."""
    facts = ItemFact.objects.filter(submitted_on__range=(period.first, period.last))
    enough = facts.values("unit").annotate(items=Count("pk")).filter(items__gte=LEAST_ITEMS)
    had = HotSubject.objects.filter(unit__isnull=False, first=period.first, last=period.last)
    return sorted({*enough.values_list("unit", flat=True), *had.values_list("unit", flat=True)})


@transaction.atomic
def compute(period: Period, unit_id: int | None) -> int:
    """Store the subjects of one period, of the network (None) or in what a unit has; return how many there are."""
    kept = HotSubject.objects.filter(unit=unit_id, first=period.first, last=period.last)
    texts = _texts(period.first, period.last, unit_id)
    kept.delete()
    if len(texts) < LEAST_ITEMS:
        return 0
    least_units = 1 if unit_id else LEAST_UNITS
    groups = group(texts, least_units=least_units)[:_KEPT]
    documents = _documents(groups)
    named = [(name, members) for members in groups if (name := _name(members, documents, least_units))]
    earlier = _texts(period.before.first, period.before.last, unit_id) if named else []
    for place, (name, members) in enumerate(named, 1):
        subject = HotSubject.objects.create(
            unit_id=unit_id,
            first=period.first,
            last=period.last,
            place=place,
            name=name,
            items=len(members),
            units=len({one.unit for one in members}),
            before=count_near(members[0], earlier),
            computed_at=clock.now(),
        )
        HotItem.objects.bulk_create(
            HotItem(subject=subject, unit_id=one.unit, item_uuid=documents[one.key].object_uuid) for one in members
        )
    return len(named)


def _texts(first: date, last: date, unit_id: int | None) -> list[Text]:
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS, {"first": first, "last": last, "unit": unit_id, "most": _MOST_TEXTS})
        return [Text(key, unit, frozenset(of_unit(numbers, unit))) for key, unit, numbers in cursor.fetchall()]


def _documents(groups: Sequence[Sequence[Text]]) -> dict[int, SearchDocument]:
    keys = [one.key for members in groups for one in members]
    return SearchDocument.objects.only("object_uuid", "title", "problem", "analysis", "suggestions").in_bulk(keys)


def _name(members: Sequence[Text], documents: dict[int, SearchDocument], least_units: int) -> str:
    weights = weights_in_force()
    told = []
    for one in members[:_NAMED_FROM]:
        reading = read(documents[one.key].title, body_of(documents[one.key]))
        # Where it is does not say what it is about: the titles of a city name the city.
        title = [word for word in reading.title_words if not places(word)]
        told.append(Told(one.unit, terms(reading, weights), title))
    return name_of(told, least_units=least_units)
