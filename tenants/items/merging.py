"""Two who change one text at once: what each of them did, and the text that the second one makes of both.

A page is drawn with marks of what stood in each field (`marks_of`). When its save comes too late, the marks tell what
the writer touched: what only one of the two changed needs no choice, and nothing the other wrote is overruled by a
field that was merely sent along. No mark, or one that does not fit: the field counts as touched.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tenants.items.comparison import pieces_of
from tenants.items.texts import LABELS, clean_text
from zhitong.web.parts import DiffPiece

Side = Literal["theirs", "mine"]
_MARK = 12  # hexadecimal digits: enough to tell one text from the one before it, and no more is asked of them


@dataclass(frozen=True, slots=True)
class Clash:
    """A section that differs: what the other changed against one's own words, and whose stands unless told else.

    `pieces` lead from the other's words (deleted) to one's own (inserted); `touched` says whether the reader changed
    the section at all.
    """

    name: str
    label: str
    paragraphs: Sequence[Sequence[DiffPiece]]
    touched: bool
    side: Side


def marks_of(values: Mapping[str, Any]) -> str:
    """Return the marks of what stands in the fields now, for a hidden field of the page."""
    return " ".join(f"{name}:{_mark(value)}" for name, value in values.items())


def clashes(posted: Mapping[str, Any], stored: Mapping[str, Any]) -> list[Clash]:
    """Return the sections in which what was typed is not what stands now, unless the other one left them alone.

    Args:
        posted: the sections as typed, the marks (`marks`) and the choices so far (`side_<section>`).
        stored: the texts as they stand.
    """
    known = _marks(posted)
    found = []
    for name, label in LABELS.items():
        mine, theirs = _clean(posted.get(name)), str(stored[name])
        if name not in posted or mine == theirs or known.get(name) == _mark(theirs):
            continue
        touched = known.get(name) != _mark(mine)
        found.append(Clash(name, label, pieces_of(theirs, mine), touched, _side(posted, name, touched=touched)))
    return found


def merged(posted: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields to save: without those where the other's words were chosen, or that only the other changed.

    Args:
        posted: as for `clashes`; beside sections it may hold other fields, in which one's own touch wins.
        stored: every field as it stands, in the words of the page.
    """
    known, theirs = _marks(posted), {one.name for one in clashes(posted, stored) if one.side == "theirs"}
    fields = {name: posted[name] for name in stored if name in posted and name not in theirs}
    return {name: value for name, value in fields.items() if name in LABELS or known.get(name) != _mark(value)}


def _side(posted: Mapping[str, Any], name: str, *, touched: bool) -> Side:
    chosen = posted.get(f"side_{name}")
    if chosen in ("theirs", "mine"):
        return "theirs" if chosen == "theirs" else "mine"
    return "mine" if touched else "theirs"


def _marks(posted: Mapping[str, Any]) -> dict[str, str]:
    pairs = [part.partition(":") for part in str(posted.get("marks", ""))[:2000].split()]
    return {name: mark for name, _, mark in pairs}


def _mark(value: Any) -> str:
    return hashlib.sha256(_clean(value).encode(errors="surrogatepass")).hexdigest()[:_MARK]


def _clean(value: Any) -> str:
    """Return words as they are stored, so that line ends and blanks of a browser are no change."""
    try:
        return clean_text(value or "")
    except ValueError:
        return str(value)  # cannot be saved; the save says why
