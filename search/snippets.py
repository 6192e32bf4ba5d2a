"""Snippets and highlights for every backend: escape first, mark after."""

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.analyser import normalise, words
from search.documents import SECTIONS, Document

_WINDOW = 90
_LEAD = 24


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
    """Return label and marked snippet of the section with the most different asked words; the problem when none."""
    best, best_count = "problem", 0
    for name in ("suggestions", "problem", "analysis"):
        count = len({normalise(getattr(document, name))[s:e] for s, e in _spans(getattr(document, name), asked)})
        if count > best_count:
            best, best_count = name, count
    text = " ".join(getattr(document, best).split())
    return SECTIONS[best][1], highlight(_window(text, asked), asked)


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
