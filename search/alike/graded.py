"""Graded pairs and their texts from JSON lines; a wrong line is refused with its place and the reason."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search.alike.reading import Reading, read

# What people said of a pair, and the kind that it should be given. A part taken over is of no kind of ours.
RELATIONS = {
    "verbatim": "verbatim",
    "reworked": "reworked",
    "same_event": "same_matter",
    "same_issue": "same_matter",
    "partial_reuse": "",
    "same_text_other_matter": "other_place",
    "different": "none",
}
_OF_PAIRS = """
a b relation duplicate same_event same_author jaccard4 containment4 jaccard5 containment5 evidence split title_a title_b
"""
_OF_TEXTS = """
id title text sections label date author_id author_kind signatories reply reply_date source likes dislikes
"""
_PAIR = frozenset(_OF_PAIRS.split())
_TEXT = frozenset(_OF_TEXTS.split())


class GradedError(Exception):
    """A file cannot be used: where and why."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts by id, and what people said of them."""

    one: str
    other: str
    relation: str


def read_texts(paths: Iterable[Path]) -> dict[str, Reading]:
    """Return the texts of the files by id. Title and text may be empty or null.

    An id that stands for two texts, as happens in real files, keeps the first; its second is counted under
    `id (2)`, so that words are weighed over all, and a pair that names it is refused.

    Raises:
        GradedError: a line is broken or has an unknown field.
    """
    found: dict[str, Reading] = {}
    for path in paths:
        for place, row in _rows(path, _TEXT, frozenset({"id"})):
            name = _string(row, "id", place)
            text = read(_string(row, "title", place, optional=True), _string(row, "text", place, optional=True))
            if found.setdefault(name, text) != text:
                found[_second(name)] = text
    return found


def read_labelled(path: Path) -> list[tuple[str, str, str]]:
    """Return title, text and label of each line of a file; title and text may be empty or null.

    Raises:
        GradedError: a line is broken, has an unknown field or no label.
    """
    found = []
    for place, row in _rows(path, _TEXT, frozenset({"label"})):
        title, text = (_string(row, name, place, optional=True) for name in ("title", "text"))
        found.append((title, text, _string(row, "label", place)))
    return found


def read_pairs(path: Path, texts: dict[str, Reading]) -> list[Pair]:
    """Return the graded pairs of a file.

    Raises:
        GradedError: a line is broken, has an unknown field or relation, or names a text that is not there.
    """
    found = []
    for place, row in _rows(path, _PAIR, frozenset({"a", "b", "relation"})):
        pair = Pair(*(_string(row, name, place) for name in ("a", "b", "relation")))
        if pair.relation not in RELATIONS:
            raise GradedError(f"{place}: unknown relation {pair.relation!r}; known: {', '.join(RELATIONS)}")
        for name in (pair.one, pair.other):
            if name not in texts:
                raise GradedError(f"{place}: no text has the id {name!r}")
            if _second(name) in texts:
                raise GradedError(f"{place}: two texts have the id {name!r}")
        if pair.one == pair.other:
            raise GradedError(f"{place}: a and b are the same text")
        found.append(pair)
    if not found:
        raise GradedError(f"{path}: holds no pair")
    return found


def _second(name: str) -> str:
    return f"{name} (2)"


def _rows(path: Path, known: frozenset[str], needed: frozenset[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise GradedError(f"{path}: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        place = f"{path}, line {number}"
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise GradedError(f"{place}: no JSON in UTF-8 ({error})") from error
        if not isinstance(row, dict):
            raise GradedError(f"{place}: not a JSON object")
        if unknown := sorted(row.keys() - known):
            raise GradedError(f"{place}: unknown field {unknown[0]!r}; known: {', '.join(sorted(known))}")
        if lacking := sorted(needed - row.keys()):
            raise GradedError(f"{place}: lacks the field {lacking[0]!r}")
        yield place, row


def _string(row: dict[str, Any], name: str, place: str, *, optional: bool = False) -> str:
    value = row.get(name)
    if value is None and optional:
        return ""
    if not isinstance(value, str) or not (value or optional):
        raise GradedError(f"{place}: the field {name!r} is no text")
    return value
