"""Look-alikes as drawn: the rows beside a text, and two texts with what both have word for word."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from search.alike import Kind, Passage
from search.documents import PROPOSAL, Document, HasSections
from search.lookalikes import LookAlike, LookAlikes
from search.sources import day_words, source_of
from tenants.items.models import Item
from tenants.items.texts import LABELS, SECTIONS
from zhitong.core import clock
from zhitong.core.glossary import ITEM_STATES
from zhitong.core.operations import Actor
from zhitong.web.parts import QueueEntry, State, Tag, standing
from zhitong.web.templatetags.zt import authors as authors_words

KINDS: dict[Kind, Tag] = {
    Kind.VERBATIM: Tag("逐字相同", "amber"),
    Kind.REWORKED: Tag("改写", "amber"),
    Kind.SAME_MATTER: Tag("同一事项", "blue"),
    Kind.OTHER_PLACE: Tag("换地套写"),
    Kind.NONE: Tag("未发现雷同"),
}
FILED = Tag("已立案提案", "green")

# Under this share common passages are chance, and the kind alone speaks.
_SAYS = 0.05


class Piece(NamedTuple):
    """Letters of a paragraph; with `number` they are the common passage of that number, and `leads` begins it."""

    text: str
    number: int = 0
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One of two texts: which (本稿 or 对方), facts, state, title, sections with the pieces of each paragraph."""

    word: str
    facts: Sequence[str]
    state: State | None
    title: str
    url: str
    sections: Sequence[tuple[str, Sequence[Sequence[Piece]]]]


def context_of(
    found: LookAlikes, item: Item | None, actor: Actor, *, title: str, own: str, back: str
) -> dict[str, Any]:
    """Return what the list of look-alikes shows, as a part or as a page; `item` and `own` as in `rows_of`, `elsewhere`.

    Args:
        actor: the reader.
        title: of the text at hand.
        back: where the page of its own leads back to.
    """
    return {
        "item": item,
        "doc_title": title,
        "alikes": rows_of(found, item, actor),
        "elsewhere": elsewhere(found, own),
        "dismissed": found.dismissed,
        "back": back,
        "phone_title": "雷同",
    }


def template_of(request: HttpRequest) -> str:
    """Return the list as a part for htmx, else the page around it."""
    return "review/alikes.html" if request.htmx else "review/alikes_page.html"  # type: ignore[attr-defined]


def rows_of(found: LookAlikes, item: Item | None, actor: Actor) -> list[QueueEntry]:
    """Return the rows of the list: share of the text at hand, title, kind, from whom, when, what became of it.

    A row leads to the comparison with `item`; to the other's own page while the text at hand is none of the unit's.
    """
    return [
        QueueEntry(
            alike.document.title,
            _url(alike, item, actor),
            notes=[share_words(alike), *_notes(alike.document)],
            tag=KINDS[alike.kind],
            mark=mark_of(alike.document),
        )
        for alike in found.alikes
    ]


def mark_of(document: Document) -> Tag | None:
    """Return what a look-alike is where it is no report."""
    return FILED if document.kind == PROPOSAL else None


def _url(alike: LookAlike, item: Item | None, actor: Actor) -> str:
    if item:
        return reverse("review:pair", args=[item.uuid, alike.document.object_uuid])
    return page_of(alike.document, actor)


def page_of(document: Document, actor: Actor) -> str:
    """Return the own page of a look-alike."""
    return source_of(document.kind).page(document, actor)


def share_words(alike: LookAlike) -> str:
    """Return the share of the text at hand that stands in the other word for word; a dash where it says nothing."""
    return f"{alike.share:.0%}" if alike.share >= _SAYS else "—"


def elsewhere(found: LookAlikes, own: str) -> str:
    """Return the sentence on what is closed to the reader: how many units, and which; and that a proposal was filed."""
    others = [name for name in found.units if name != own]
    said = []
    if others:
        said.append(f"全省另有 {len(others)} 个单位反映了大致相同的情况：{'、'.join(others)}。")
    if own in found.units:
        said.append("本单位也有您看不到的稿件反映了大致相同的情况。")
    if found.filed:
        said.append("本单位的已立案提案里有大致相同的内容，全文经办可以查看。")
    return "".join(said)


def side_of_item(item: Item, number: str, names: Sequence[str], url: str, found: Sequence[Passage]) -> Side:
    """Return the text at hand."""
    day = f"{clock.local_date(item.submitted_at)} 来稿" if item.submitted_at else "未提交"
    facts = [item.from_unit, number, day, f"反映人 {authors_words(names)}" if names else ""]
    word = ITEM_STATES.get(item.state, "")
    return _side("本稿", facts, word, item.title, url, item, found, "mine")


def side_of_document(document: Document, url: str, found: Sequence[Passage]) -> Side:
    """Return the other text."""
    is_report = mark_of(document) is None
    day = f"{day_words(document)} {'来稿' if is_report else '立案'}" if document.day else ""
    who = "反映人" if is_report else "提案人"
    signed = f"{who} {authors_words(document.author_names)}" if document.author_names else ""
    facts = [document.from_unit, document.number_label, day, signed]
    word = ITEM_STATES.get(document.state, "")
    return _side("对方" if is_report else FILED.word, facts, word, document.title, url, document, found, "theirs")


def figures_of(found: Sequence[Passage]) -> dict[str, Any]:
    """Return what the strip over the texts says of the common passages."""
    return {
        "places": len(found),
        "common": sum(passage.letters for passage in found),
        "longest": max((passage.letters for passage in found), default=0),
    }


def _side(
    word: str,
    facts: Sequence[str],
    state: str,
    title: str,
    url: str,
    source: HasSections,
    found: Sequence[Passage],
    whose: Literal["mine", "theirs"],
) -> Side:
    spans = [
        (passage.start, passage.end) if whose == "mine" else (passage.other_start, passage.other_end)
        for passage in found
    ]
    numbered = sorted((start, end, number) for number, (start, end) in enumerate(spans, 1))
    sections = []
    at = 0
    for name in SECTIONS:
        text = getattr(source, name)
        if text:
            sections.append((LABELS[name], _paragraphs(text, at, numbered)))
            at += len(text) + 1
    return Side(word, [fact for fact in facts if fact], standing(state) if state else None, title, url, sections)


def _paragraphs(text: str, at: int, numbered: Sequence[tuple[int, int, int]]) -> list[list[Piece]]:
    """Return the paragraphs of a section that begins at `at` of the whole, cut where common passages begin or end."""
    found = []
    for line in text.split("\n"):
        if line.strip():
            found.append(_pieces(line, at, numbered))
        at += len(line) + 1
    return found


def _pieces(line: str, at: int, numbered: Sequence[tuple[int, int, int]]) -> list[Piece]:
    pieces = []
    here = 0
    for start, end, number in numbered:
        first, last = max(start - at, here), min(end - at, len(line))
        if first >= last:
            continue
        if first > here:
            pieces.append(Piece(line[here:first]))
        pieces.append(Piece(line[first:last], number, leads=start >= at))
        here = last
    if here < len(line):
        pieces.append(Piece(line[here:]))
    return pieces


def _notes(document: Document) -> list[str]:
    who = document.from_unit or authors_words(document.author_names)
    number = document.number_label if mark_of(document) else ""
    return [note for note in (number, who, day_words(document), ITEM_STATES.get(document.state, "")) if note]


def first_of(item: Item, alike: LookAlike) -> str:
    """Return which of the two came first, and by how many days; of a proposal only when it was filed is known."""
    if mark_of(alike.document):
        return f"提案 {day_words(alike.document)}"
    mine = clock.local_date(item.submitted_at) if item.submitted_at else None
    theirs = alike.document.day
    if mine is None or theirs is None or mine == theirs:
        return "同一天" if mine is not None and mine == theirs else "对方"
    return f"{'对方' if theirs < mine else '本稿'}早 {abs((mine - theirs).days)} 天"
