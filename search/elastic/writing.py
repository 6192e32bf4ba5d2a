"""What is written to an index: a document with its words cut, or that it is gone, each under its revision.

Nothing here asks a database or knows Django, so a bare process can do it (`search.cutting`).
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from search.analyser import cut, normalise
from search.documents import SECTIONS, Kept, marks_of

# What has no day lies before all others, so that a list by time has one order and its cursors are plain figures.
_NO_DAY = "0001-01-01"


def writings(some: Iterable[Kept], index: str) -> list[dict[str, Any]]:
    """Return what brings documents into one index (`pushing.send`): their texts are cut, which is most of the work."""
    return [_writing(kept, index) for kept in some]


def removal(kind: str, object_uuid: UUID, revision: int, index: str) -> dict[str, Any]:
    """Return what takes a document out of one index."""
    return _action("delete", kind, object_uuid, revision, index)


def key_of(kind: str, object_uuid: UUID) -> str:
    """Return the key of a document in the index."""
    return f"{kind}:{object_uuid}"


def body_of(kept: Kept) -> dict[str, Any]:
    """Return the body of a document in the index; its texts stay in PostgreSQL."""
    document = kept.document
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
        "day": document.day.isoformat() if document.day else _NO_DAY,
        "year": document.day.year if document.day else None,
        "dated": document.day is not None,
        "id": kept.pk,
        "revision": kept.revision,
    }


def _words_of(text: str) -> Iterator[str]:
    """Yield the whole words of a text in their order as one value, then each word inside them as one of its own."""
    found = cut(normalise(text))
    if found:
        yield " ".join([word for word, _inner in found])
        yield from [part for _word, inner in found if inner for part, _first in inner]


def _writing(kept: Kept, index: str) -> dict[str, Any]:
    document = kept.document
    body = json.dumps(body_of(kept), ensure_ascii=False, separators=(",", ":")).encode()
    return {**_action("index", document.kind, document.object_uuid, kept.revision, index), "_source": body}


def _action(verb: str, kind: str, object_uuid: UUID, revision: int, index: str) -> dict[str, Any]:
    return {
        "_op_type": verb,
        "_index": index,
        "_id": key_of(kind, object_uuid),
        "version": revision,
        "version_type": "external_gte",
    }
