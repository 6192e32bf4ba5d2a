"""Snippets and highlights for every backend: escape first, mark after."""

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.analyser import normalise, words
from search.documents import SECTIONS, Document

_WINDOW = 90
_LEAD = 24
# Characters around a word that are looked at in a file: cutting all of a long one would hold up the page.
_AROUND = 400
# Characters of a section that are looked through for a snippet: what is attached may be as long as a book.
_LOOKED_THROUGH = 50_000


def highlight(text: str, asked: frozenset[str]) -> SafeString:
    """Return `text` escaped, with the asked words (as the analyser cuts them) in `<b class="zt-hit">`."""
    spans = _spans(text, asked)
    parts: list[str] = []
    at = 0
    for start, end in spans:
        parts += [escape(text[at:start]), '<b class="zt-hit">', escape(text[start:end]), "</b>"]
        at = end
    parts.append(escape(text[at:]))
    return mark_safe("".join(parts))  # noqa: S308 - every piece of text was escaped above


def best_section(document: Document, asked: frozenset[str]) -> tuple[str, SafeString]:
    """Return label and marked snippet of the section with the most different asked words; the problem when none.

    Files are looked at last: what somebody wrote says more than what they attached.
    """
    texts = {name: getattr(document, name)[:_LOOKED_THROUGH] for name in ("suggestions", "problem", "analysis")}
    texts["files"] = _around(document.files, asked)
    best, best_count = "problem", 0
    for name, text in texts.items():
        count = len({normalise(text)[s:e] for s, e in _spans(text, asked)})
        if count > best_count:
            best, best_count = name, count
    text = " ".join(texts[best].split())
    return SECTIONS[best][1], highlight(_window(text, asked), asked)


def _around(text: str, asked: frozenset[str]) -> str:
    """Return the piece of a long text around the first asked word; nothing when none is in it."""
    plain = normalise(text)
    first = min((at for word in asked if (at := plain.find(word)) >= 0), default=None)
    return "" if first is None else text[max(0, first - _AROUND) : first + _AROUND]


def _window(text: str, asked: frozenset[str]) -> str:
    spans = _spans(text, asked)
    start = max(0, spans[0][0] - _LEAD) if spans else 0
    piece = text[start : start + _WINDOW]
    return f"{'…' if start else ''}{piece}{'…' if start + _WINDOW < len(text) else ''}"


def _spans(text: str, asked: frozenset[str]) -> list[tuple[int, int]]:
    """Return the spans of asked words in order, touching ones joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((word.start, word.end) for word in words(text) if word.text in asked):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
