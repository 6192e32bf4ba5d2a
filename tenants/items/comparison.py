"""Word by word, what changed between two texts of an item."""

import difflib
from collections.abc import Mapping, Sequence

import regex
import rjieba

from tenants.items.texts import LABELS, Texts
from zhitong.web.parts import DiffPiece, Passage

_CLUSTER = regex.compile(r"\X")
_WORDS_UP_TO = 20_000  # characters of a section; longer ones are compared paragraph by paragraph


def compare(old: Texts, new: Texts, labels: Mapping[str, str] = LABELS) -> list[Passage]:
    """Return every section as pieces kept, deleted and inserted; sections empty on both sides are left out."""
    return [
        Passage(label, pieces_of(getattr(old, name), getattr(new, name)))
        for name, label in labels.items()
        if getattr(old, name) or getattr(new, name)
    ]


def passages(texts: Texts, labels: Mapping[str, str] = LABELS) -> list[Passage]:
    """Return a text as it is, section by section."""
    return [
        Passage(label, getattr(texts, name).split("\n"))
        for name, label in labels.items()
        if name != "title" and getattr(texts, name)
    ]


def pieces_of(old: str, new: str) -> list[list[DiffPiece]]:
    """Return the paragraphs of the comparison of two texts."""
    split = _words if len(old) + len(new) <= _WORDS_UP_TO * 2 else _paragraphs
    before, after = split(old), split(new)
    pieces: list[DiffPiece] = []
    for verb, a1, a2, b1, b2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if verb == "equal":
            pieces.append(DiffPiece("".join(before[a1:a2])))
            continue
        if a2 > a1:
            pieces.append(DiffPiece("".join(before[a1:a2]), "del"))
        if b2 > b1:
            pieces.append(DiffPiece("".join(after[b1:b2]), "ins"))
    return _by_paragraph(pieces)


def changed(compared: Sequence[Passage]) -> tuple[int, int, int]:
    """Return how many characters were inserted, how many deleted, and at how many places."""
    pieces = [
        piece
        for passage in compared
        for paragraph in passage.paragraphs
        if not isinstance(paragraph, str)
        for piece in paragraph
    ]
    inserted = sum(len(piece.text) for piece in pieces if piece.kind == "ins")
    deleted = sum(len(piece.text) for piece in pieces if piece.kind == "del")
    places = sum(
        1 for before, piece in zip([DiffPiece(""), *pieces], pieces, strict=False) if piece.kind and not before.kind
    )
    return inserted, deleted, places


def _words(text: str) -> list[str]:
    words: list[str] = rjieba.cut(text)
    # A word never splits what a reader sees as one character; a segmenter that loses text is not believed.
    return words if "".join(words) == text else _CLUSTER.findall(text)


def _paragraphs(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _by_paragraph(pieces: Sequence[DiffPiece]) -> list[list[DiffPiece]]:
    paragraphs: list[list[DiffPiece]] = [[]]
    for piece in pieces:
        lines = piece.text.split("\n")
        for number, line in enumerate(lines):
            if number:
                paragraphs.append([])
            if line:
                paragraphs[-1].append(DiffPiece(line, piece.kind))
    return [paragraph for paragraph in paragraphs if paragraph]
