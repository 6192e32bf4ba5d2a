"""Remarks at their place in a text: which passage of what is shown each of them speaks of. Pure, no database."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from zhitong.web.parts import DiffPiece, Passage, TextMark


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage in the words it had when somebody remarked on it, with the heading of the section it stood in."""

    mark: TextMark
    heading: str
    words: str


def stands_in(quote: str, text: str) -> bool:
    """Return whether a quoted passage still stands in a text; line ends and blanks do not count."""
    return _pattern(quote).search(text) is not None


def mark(passages: Sequence[Passage], quoted: Sequence[Quoted]) -> tuple[list[Passage], set[int]]:
    """Return the passages with the quoted words marked, and the numbers of the marks that found their place.

    Of a comparison the new text is searched: what was deleted is no part of it. The first place counts.
    """
    found: set[int] = set()
    marked = []
    for passage in passages:
        rows = [[DiffPiece(row)] if isinstance(row, str) else list(row) for row in passage.paragraphs]
        text = "\n".join("".join(piece.text for piece in row if piece.kind != "del") for row in rows)
        spans = []
        for one in quoted:
            hit = _pattern(one.words).search(text) if one.heading == passage.heading else None
            if hit:
                spans.append((hit.start(), hit.end(), one.mark))
                found.add(one.mark.number)
        marked.append(Passage(passage.heading, _split(rows, spans)) if spans else passage)
    return marked, found


def _split(rows: Sequence[Sequence[DiffPiece]], spans: Sequence[tuple[int, int, TextMark]]) -> list[list[DiffPiece]]:
    """Cut the pieces where a span begins or ends, and give every part the marks it stands under."""
    cuts = sorted({place for start, end, _ in spans for place in (start, end)})
    place, made = 0, []
    for row in rows:
        parts: list[DiffPiece] = []
        for piece in row:
            if piece.kind == "del":
                parts.append(piece)
                continue
            end = place + len(piece.text)
            edges = [place, *(cut for cut in cuts if place < cut < end), end]
            for left, right in pairwise(edges):
                text = piece.text[left - place : right - place]
                under = [mark for start, stop, mark in spans if start <= left and right <= stop and text]
                ends = [mark for _, stop, mark in spans if left < stop <= right]
                parts.append(replace(piece, text=text, marks=under, ends=ends))
            place = end
        place += 1  # the line end
        made.append(parts)
    return made


def _pattern(quote: str) -> re.Pattern[str]:
    return re.compile(r"\s*".join(re.escape(sign) for sign in "".join(quote.split())))
