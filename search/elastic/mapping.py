"""How a document lies in an index: our words separated by blanks, our marks, and what is counted and sorted by.

Everything here works on a bare node and on a full cluster alike: no analysis but the cutting at blanks.
"""

from collections.abc import Iterator
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch_dsl import Boolean, Date, Float, Integer, Keyword, Long, Mapping, Text

from search.analyser import cut, normalise
from search.documents import SECTIONS, Document, marks_of
from search.models import SearchDocument

# Sections with their boosts, those of PostgreSQL's weights; `names` are authors, unit and number.
BOOSTS = {"A": 4.0, "B": 2.4, "C": 1.6, "D": 1.0}
WORD_FIELDS = {f"words_{name}": BOOSTS[weight] for name, (weight, _label) in SECTIONS.items()} | {
    "words_names": BOOSTS["B"]
}
# A word inside another one begins anew behind this gap, so that no phrase runs from one into the next.
_GAP = 100
# What has no day lies before all others, so that a list by time has one order and its cursors are plain figures.
NO_DAY = "0001-01-01"
_SETTINGS = {"number_of_shards": 1, "refresh_interval": "1s"}


def mapping() -> Mapping:
    """Return the strict mapping of an index."""
    made = Mapping()
    made.meta("dynamic", "strict")
    made.meta("_source", enabled=False)  # texts stay in PostgreSQL, and an index is made from there alone
    for name in WORD_FIELDS:
        made.field(name, Text(analyzer="whitespace", position_increment_gap=_GAP, store=False))
    for name in ("kind", "category", "state", "from_unit", "level", "outcome", "readers", "marks"):
        made.field(name, Keyword())
    made.field("unit_id", Long())
    made.field("matter", Long())
    made.field("year", Integer())
    made.field("points", Float())
    made.field("day", Date())
    made.field("dated", Boolean())
    made.field("id", Long())
    made.field("revision", Long())
    return made


def create_index(client: Elasticsearch, name: str) -> None:
    """Make an empty index; one of that name stays as it is."""
    if not client.indices.exists(index=name):
        client.indices.create(index=name, mappings=mapping().to_dict(), settings=_SETTINGS)


def key_of(kind: str, object_uuid: object) -> str:
    """Return the key of a document in the index."""
    return f"{kind}:{object_uuid}"


def body_of(row: SearchDocument, document: Document) -> dict[str, Any]:
    """Return the body of a document in the index; its texts stay in PostgreSQL."""
    names = [*document.author_names, document.from_unit, document.number_label]
    made = {f"words_{name}": list(_words_of(getattr(document, name))) for name in SECTIONS}
    return {
        **made,
        "words_names": [part for name in names for part in _words_of(name)],
        "marks": marks_of(document),
        "kind": document.kind,
        "category": document.category,
        "state": document.state,
        "from_unit": document.from_unit,
        "level": document.level,
        "outcome": document.outcome,
        "points": float(document.points),
        "readers": document.readers,
        "unit_id": document.unit_id,
        "matter": document.matter,
        "day": document.day.isoformat() if document.day else NO_DAY,
        "year": document.day.year if document.day else None,
        "dated": document.day is not None,
        "id": row.pk,
        "revision": row.revision,
    }


def _words_of(text: str) -> Iterator[str]:
    """Yield the whole words of a text in their order as one value, then each word inside them as one of its own."""
    found = cut(normalise(text))
    if found:
        yield " ".join(word for word, _inner in found)
        yield from (part for _word, inner in found for part, _first in inner)
