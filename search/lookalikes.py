"""Look-alikes of a text among the documents: what a reader may read in full, and of the rest only which units have it.

Two queries, whatever the archive holds. The first returns documents that the reader may find; the second returns names
of units and nothing else: no text, title, number, author or key of what is closed ever leaves the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from search.alike import Comparison, Fingerprint, Kind, Reading, Weights, compare, fingerprint, passages, read
from search.alike.fingerprints import heaviest, of_unit, question_of
from search.alike.passages import share
from search.backend import Reader
from search.documents import PROPOSAL, REPORT, Document, unit_grant
from search.models import PairVerdict
from search.postgres import COLUMNS, document_of
from search.weighing import weights_in_force
from zhitong.core.operations import Actor, require_unit

# So many documents are compared word for word, those with most in common first.
COMPARED = 30
SHOWN = 8
# So many of 42 bands say that two texts are much the same, without a look at either: about half of their runs.
MUCH_THE_SAME = 4
# So many of those that an index finds are weighed, the newest first: a set text that everybody sends is in thousands.
_WEIGHED = 2000

# A band in common weighs as much as three words; the first one, which may be chance, as one. Such a band alone, or one
# word, is chance: of 803 texts so found in a large archive none was alike.
# PostgreSQL takes each number of a band for as common as the commonest it knows, and would rather read a whole unit, or
# all documents. So what is asked is hidden from it (SELECT), documents are looked up one by one (OFFSET 0), and put in
# an order that no index has (+ 0).
_LEXEMES = "array_to_tsvector(f.terms::text[])"
_SHARED_BANDS = "(SELECT count(*) FROM unnest(f.bands, %(bands)s::int[]) AS n(one, other) WHERE one = other)"
_SHARED_TERMS = "length(lexemes) - length(ts_delete(lexemes, %(terms)s::text[]))"
_OPEN = f"""
WITH near AS MATERIALIZED (
  SELECT f.document_id, f.bands, {_LEXEMES} AS lexemes
    FROM public.search_fingerprint f
   CROSS JOIN LATERAL (SELECT FROM public.search_searchdocument d WHERE d.id = f.document_id AND d.unit_id = %(unit)s
     AND d.readers && %(grants)s::varchar[] AND d.object_uuid IS DISTINCT FROM %(item)s::uuid OFFSET 0) AS open
   WHERE f.unit_id = %(unit)s
     AND (f.bands && (SELECT %(bands)s::int[]) OR {_LEXEMES} @@ (SELECT %(heaviest)s::tsquery))
   ORDER BY f.document_id + 0 DESC LIMIT {_WEIGHED}),
nearest AS (
  SELECT document_id, greatest(3 * {_SHARED_BANDS} - 2, 0) + {_SHARED_TERMS} AS common
    FROM near AS f ORDER BY 2 DESC, 1 DESC LIMIT {COMPARED})
SELECT {", ".join(f"d.{name}" for name in COLUMNS)}, v.same, v.by_label, v.at
  FROM nearest
  JOIN public.search_searchdocument d ON d.id = nearest.document_id
  LEFT JOIN public.search_pairverdict v ON v.unit_id = d.unit_id
   AND v.one = least(d.object_uuid, %(item)s::uuid) AND v.other = greatest(d.object_uuid, %(item)s::uuid)
 WHERE common > 1 OR v.same IS NOT NULL
 ORDER BY common DESC, d.id DESC
"""  # noqa: S608 - made of our own constants
# What was sent on is the sender's, and what is of the same matter is this very report on another level. What another
# unit has filed is its own affair.
_CLOSED = f"""
WITH f AS MATERIALIZED (
  SELECT document_id FROM public.search_fingerprint f
   WHERE f.bands && (SELECT %(bands)s::int[]) AND {_SHARED_BANDS} >= {MUCH_THE_SAME})
SELECT DISTINCT u.short_name, d.kind
  FROM f
 CROSS JOIN LATERAL (SELECT * FROM public.search_searchdocument d WHERE d.id = f.document_id OFFSET 0) AS d
  JOIN public.units_unit u ON u.id = d.unit_id
  LEFT JOIN public.exchange_itemfact mine ON mine.unit_id = %(unit)s AND mine.item_uuid = %(item)s::uuid
  LEFT JOIN public.exchange_itemfact theirs ON theirs.unit_id = d.unit_id AND theirs.item_uuid = d.object_uuid
 WHERE NOT (d.unit_id = %(unit)s AND d.readers && %(grants)s::varchar[])
   AND (d.kind = '{REPORT}' OR d.unit_id = %(unit)s)
   AND d.object_uuid IS DISTINCT FROM %(item)s::uuid AND d.state <> 'withdrawn'
   AND (theirs.matter_id = coalesce(mine.matter_id, %(matter)s::bigint)) IS NOT TRUE
   AND theirs.is_received IS NOT TRUE
 ORDER BY 1
"""  # noqa: S608 - made of our own constants


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reviewer said of the pair: whether it is one matter, who, when."""

    same: bool
    by_label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A document that the reader may read, and how it is alike.

    `share` is the part (0 to 1) of the text at hand that stands in it word for word.
    """

    document: Document
    comparison: Comparison
    share: float
    verdict: Verdict | None = None

    @property
    def kind(self) -> Kind:
        """The kind in force: what a reviewer called one matter is that, unless it is even the same text."""
        if self.verdict and self.verdict.same and self.comparison.kind in (Kind.NONE, Kind.OTHER_PLACE):
            return Kind.SAME_MATTER
        return self.comparison.kind


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """What was found of a text: what the reader may read, how many pairs were judged not to be one matter, which units
    have reported much the same that is closed to the reader, and whether the own unit has filed such a proposal."""

    alikes: Sequence[LookAlike]
    dismissed: int
    units: Sequence[str]
    filed: bool = False


def look_alikes(*, title: str, body: str, item: UUID | None, reader: Reader, matter: int | None = None) -> LookAlikes:
    """Return the look-alikes of a text in the unit in force.

    Args:
        item: the item whose text it is, so that it is not found itself; None for a text that is no item of the unit.
        matter: the matter of such a text, when it came in from another unit; an item's own is known.
    """
    text, weights = read(title, body), weights_in_force()
    values = _values(fingerprint(text, weights), heaviest(text, weights), item, reader) | {"matter": matter}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, values)
        rows = cursor.fetchall()
        cursor.execute(_CLOSED, values)
        closed = cursor.fetchall()
    found, dismissed = _alike(rows, text, weights, body)
    units = [name for name, kind in closed if kind == REPORT]
    return LookAlikes(found, dismissed, units, filed=any(kind == PROPOSAL for _name, kind in closed))


def own_alikes(*, title: str, body: str, item: UUID) -> list[LookAlike]:
    """Return what of the archive of the unit in force is like a text, but for what was judged to be another matter."""
    text, weights = read(title, body), weights_in_force()
    archive = Reader(frozenset({unit_grant(require_unit())}))
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, _values(fingerprint(text, weights), heaviest(text, weights), item, archive))
        rows = cursor.fetchall()
    return _alike(rows, text, weights, body)[0]


def _alike(rows: Sequence[Any], text: Reading, weights: Weights, body: str) -> tuple[list[LookAlike], int]:
    """Return the documents that are alike, the most alike first, and how many were judged to be another matter."""
    found = []
    dismissed = 0
    for row in rows:
        document, verdict = document_of(row), _verdict(row[-3:])
        if verdict and not verdict.same:
            dismissed += 1
            continue
        compared = compare(text, read(document.title, document.body), weights)
        if compared.kind != Kind.NONE or verdict:
            found.append(LookAlike(document, compared, share(body, passages(body, document.body)), verdict))
    found.sort(key=lambda alike: (-alike.share, -alike.comparison.matter))
    return found[:SHOWN], dismissed


def pair_of(*, title: str, body: str, item: UUID, other: UUID, reader: Reader) -> LookAlike | None:
    """Return another document of the unit in force beside a text, whatever its kind; None when it is not open."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(COLUMNS)} FROM public.search_searchdocument"  # noqa: S608 - our own columns
            " WHERE unit_id = %s AND object_uuid = %s AND readers && %s::varchar[]",
            [require_unit(), other, sorted(reader.grants)],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    document = document_of(row)
    one, two = sorted((item, other))
    said = PairVerdict.objects.filter(unit=require_unit(), one=one, other=two).values_list("same", "by_label", "at")
    compared = compare(read(title, body), read(document.title, document.body), weights_in_force())
    verdict = _verdict(said.first() or (None, None, None))
    return LookAlike(document, compared, share(body, passages(body, document.body)), verdict)


def may_judge(actor: Actor) -> bool:
    """Return whether the actor may say of two items whether they are one matter."""
    return actor.can("search.archive")


def _values(made: Fingerprint, heavy: Sequence[int], item: UUID | None, reader: Reader) -> dict[str, Any]:
    unit_id = require_unit()
    return {
        "bands": list(made.bands),
        "terms": list(map(str, of_unit(made.terms, unit_id))),
        "heaviest": question_of(of_unit(heavy, unit_id)),
        "unit": unit_id,
        "grants": sorted(reader.grants),
        "item": item,
    }


def _verdict(row: Sequence[Any]) -> Verdict | None:
    same, by_label, at = row
    return None if same is None else Verdict(same, by_label, at)
