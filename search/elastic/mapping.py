"""How a document lies in an index: our words separated by blanks, our marks, and what is counted and sorted by.

Everything here works on a bare node and on a full cluster alike: no analysis but the cutting at blanks.
"""

from elasticsearch import Elasticsearch
from elasticsearch_dsl import Boolean, Date, Float, Integer, Keyword, Long, Mapping, Text

from search.documents import SECTIONS

# Sections with their boosts, those of PostgreSQL's weights; `names` are authors, unit and number.
BOOSTS = {"A": 4.0, "B": 2.4, "C": 1.6, "D": 1.0}
WORD_FIELDS = {f"words_{name}": BOOSTS[weight] for name, (weight, _label) in SECTIONS.items()} | {
    "words_names": BOOSTS["B"]
}
# A word inside another one begins anew behind this gap, so that no phrase runs from one into the next.
_GAP = 100
# Nobody asks an index before it is in use: what is written meanwhile is not made ready to be found every second.
_FILLED = {"number_of_shards": 1, "refresh_interval": "-1"}
_ASKED = {"refresh_interval": "1s"}
_SEGMENTS = 4
_MERGING = 3600  # seconds; half a minute with a million documents


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
    """Make an empty index, to be filled; one of that name stays as it is."""
    if not client.indices.exists(index=name):
        client.indices.create(index=name, mappings=mapping().to_dict(), settings=_FILLED)


def let_ask(client: Elasticsearch, name: str) -> None:
    """Make all that an index holds ready to be found, and what is written from now on within a second.

    A filled index lies in thirty segments, of which each question asks every one; they are merged into a few first.
    """
    patient = client.options(request_timeout=_MERGING)
    patient.indices.forcemerge(index=name, max_num_segments=_SEGMENTS)
    client.indices.put_settings(index=name, settings=_ASKED)
    client.indices.refresh(index=name)
