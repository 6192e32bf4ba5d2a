"""What a person types, read into conditions: words, "exact phrases", -without, 作者:, 单位:, 年:, ranges.

It never refuses: what cannot be read as a condition is searched as words, and the page says so. Full-width signs,
traditional signs and the quotation marks of every keyboard are taken as they come.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from search import synonyms
from search.analyser import normalise, tokens
from search.analyser import words as words_of
from search.documents import AUTHOR, CATEGORY, FROM_UNIT, INITIALS, NUMBER, OUTCOME, STATE, mark
from zhitong.core import text
from zhitong.core.glossary import ITEM_STATES

MOST = 32  # clauses; what is beyond is left out, and said
_FIRST_YEAR, _LAST_YEAR = 1949, 2100


@dataclass(frozen=True, slots=True)
class Words:
    """All of these words; in this order without another between them (`phrase`); in the title alone (`title`)."""

    words: tuple[str, ...]
    phrase: bool = False
    title: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that begins so (`search.documents.marks_of`)."""

    prefix: str


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these."""

    clauses: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class Days:
    """A day from `first` to `last`, both counted."""

    first: date
    last: date


Clause = Words | Mark | Either | Days


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a question as it was typed, and what it asks for; `without` turns it round."""

    typed: str
    clause: Clause
    without: bool = False

    @property
    def words(self) -> tuple[Words, ...]:
        """The words it asks for, in all ways it may be meant; none of a condition."""
        return tuple(_words_in(self.clause))


@dataclass(frozen=True, slots=True)
class Question:
    """The parts that must all hold, and what could not be read as it was meant (Chinese sentences)."""

    parts: tuple[Part, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked."""
        return not self.parts

    @property
    def is_ranked(self) -> bool:
        """Whether words are asked for, so that one hit can fit better than another."""
        return any(part.words and not part.without for part in self.parts)

    @property
    def plain_words(self) -> tuple[Part, ...]:
        """The parts that ask for words anywhere, in any order: those of which a loose question may miss one."""
        return tuple(part for part in self.parts if _is_plain(part))

    @property
    def marked(self) -> frozenset[str]:
        """The words that are marked in a hit."""
        return frozenset(
            word for part in self.parts if not part.without for found in part.words for word in found.words
        )


_QUOTES = {"“": "”", "”": "”", "「": "」", "『": "』", '"': '"', "＂": "＂", "《": "》"}
_COLONS = ":：︰"
_MINUS = "-－–—﹣"
_PIECE = re.compile(
    rf"(?P<minus>[{_MINUS}])?(?:(?P<name>[\w]{{1,4}})[{_COLONS}][ \u3000]*)?"
    rf"(?:(?P<open>[{''.join(map(re.escape, _QUOTES))}])|(?P<bare>[^\s　]+))?"
)


def read_question(typed: str) -> Question:
    """Return what is asked; without any word that could be searched, nothing is."""
    parts: list[Part] = []
    doubts: list[str] = []
    for piece in _pieces(text.readable(typed), doubts):
        parts += [part for part in _parts(piece, doubts) if part not in parts]
    if len(parts) > MOST:
        doubts.append(f"检索词最多 {MOST} 个，后面的没有用。")
    if parts and all(part.without for part in parts):
        doubts.append("只写了要排除的词，请再写一个要找的词。")
        parts = []
    return Question(tuple(parts[:MOST]), tuple(dict.fromkeys(doubts)))


@dataclass(frozen=True, slots=True)
class _Piece:
    typed: str
    value: str
    name: str = ""
    without: bool = False
    quoted: bool = False


def _pieces(typed: str, doubts: list[str]) -> Iterator[_Piece]:
    at = 0
    while at < len(typed):
        if typed[at].isspace():
            at += 1
            continue
        found = _PIECE.match(typed, at)
        assert found is not None  # every group may be absent
        end = found.end()
        if sign := found["open"]:
            close = typed.find(_QUOTES[sign], end)
            if close < 0:
                doubts.append(f"引号 {sign} 没有配对，其后按普通的词检索。")
                close = len(typed)
                value, quoted, stop = typed[end:close], False, close
            else:
                value, quoted, stop = typed[end:close], sign != "《", close + 1
        else:
            value, quoted, stop = found["bare"] or "", False, end
        if stop == at:  # a sign alone
            stop = at + 1
        yield _Piece(typed[at:stop], value, found["name"] or "", bool(found["minus"]), quoted)
        at = stop


def _parts(piece: _Piece, doubts: list[str]) -> Iterator[Part]:
    if piece.name:
        reader = _FIELDS.get(piece.name)
        clause = reader(piece.value) if reader and piece.value.strip() else None
        if clause is not None:
            yield Part(piece.typed, clause, piece.without)
            return
        if reader:
            doubts.append(f"“{piece.typed.strip()}”不能作为条件，{_EXPECTED[piece.name]}现按普通的词检索。")
        piece = _Piece(piece.typed, f"{piece.name} {piece.value}", quoted=False, without=piece.without)
    if piece.quoted:
        if words := _whole(piece.value):
            yield Part(piece.typed, Words(words, phrase=True), piece.without)
        return
    plain = normalise(piece.value)
    typed = tokens(plain)
    if piece.without and len(typed) > 1:  # without all of them together: -内河涌 leaves other rivers in
        yield Part(piece.typed, Words(tuple(typed)), without=True)
        return
    while typed:
        taken = next((n for n in range(len(typed), 1, -1) if synonyms.of("".join(typed[:n]))), 0)
        name = [] if taken else _name(typed, plain)
        some = typed[: taken or len(name) or 1]
        yield Part("".join(some), Words(tuple(name), phrase=True) if name else _ways(some), piece.without)
        typed = typed[len(some) :]


def _name(words: list[str], plain: str) -> list[str]:
    """Return the signs at the beginning that are no word by themselves and stand in a row: a name no dictionary has."""
    run: list[str] = []
    for word in words:
        if len(word) > 1 or word.isascii() or "".join([*run, word]) not in plain:
            break
        run.append(word)
    return run if len(run) > 1 else []


def _ways(words: list[str]) -> Clause:
    """Return all that words in a line may stand for: themselves, what the trade calls the same, initials."""
    word = "".join(words)
    ways: list[Clause] = [Words(tuple(words))]
    ways += [Words(_whole(other)) for other in synonyms.of(word)]
    if word.isascii() and word.isalpha() and len(word) > 1:
        ways.append(Mark(mark(INITIALS, word)))
    return ways[0] if len(ways) == 1 else Either(tuple(ways))


def _whole(typed: str) -> tuple[str, ...]:
    """Return the whole words in their order, repeated ones kept."""
    last, found = 0, []
    for word in words_of(typed):
        if word.position != last:
            found.append(word.text)
            last = word.position
    return tuple(found)


def _is_plain(part: Part) -> bool:
    clause = part.clause
    if part.without:
        return False
    if isinstance(clause, Either):
        return bool(part.words)
    return isinstance(clause, Words) and not clause.phrase and not clause.title


def _words_in(clause: Clause) -> Iterator[Words]:
    if isinstance(clause, Words):
        yield clause
    elif isinstance(clause, Either):
        for inner in clause.clauses:
            yield from _words_in(inner)


def _marked(name: str) -> Callable[[str], Clause]:
    return lambda value: Mark(mark(name, value))


def _state(value: str) -> Clause | None:
    states = [state for state, word in ITEM_STATES.items() if word.startswith(value.strip())]
    return Either(tuple(Mark(mark(STATE, state)) for state in states)) if states else None


def _title(value: str) -> Clause | None:
    words = _whole(value)
    return Words(words, title=True) if words else None


_DAY = re.compile(r"(\d{4})(?:[-./年](\d{1,2})(?:[-./月](\d{1,2}))?)?[年月日]?")
_RANGE = re.compile(r"\s*(?:\.\.+|…+|~|～|至|到|—+|–|－)\s*")


def _days(value: str) -> Clause | None:
    """Read a year, a month, a day, or two of them with a sign between; either end may be left open."""
    ends = _RANGE.split(value.strip())
    if len(ends) == 1 and (years := re.fullmatch(r"(\d{4})-(\d{4})", value.strip())):
        ends = list(years.groups())
    if len(ends) > 2 or not any(ends):
        return None
    spans = [_span(end) if end else None for end in ends]
    if any(end and span is None for end, span in zip(ends, spans, strict=True)):
        return None
    first = spans[0][0] if spans[0] else date(_FIRST_YEAR, 1, 1)
    last = spans[-1][1] if spans[-1] else date(_LAST_YEAR, 12, 31)
    return Days(first, last) if first <= last else None


def _span(typed: str) -> tuple[date, date] | None:
    found = _DAY.fullmatch(typed.strip())
    if not found:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        first = date(year, month or 1, day or 1)
        if day:
            return first, first
        after = date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1)
    except ValueError:
        return None
    return first, after - timedelta(days=1)


_FIELDS: dict[str, Callable[[str], Clause | None]] = {
    "标题": _title,
    AUTHOR: _marked(AUTHOR),
    "反映人": _marked(AUTHOR),
    FROM_UNIT: _marked(FROM_UNIT),
    CATEGORY: _marked(CATEGORY),
    OUTCOME: _marked(OUTCOME),
    NUMBER: _marked(NUMBER),
    STATE: _state,
    "年": _days,
    "年份": _days,
    "日期": _days,
}
_WHEN = "请写成 2026、2024-2026、2026-03 或 2026-03-01..2026-06-30。"
_EXPECTED = {
    **dict.fromkeys(_FIELDS, "冒号后面请写要找的词。"),
    STATE: f"可以写：{'、'.join(dict.fromkeys(ITEM_STATES.values()))}。",
    "年": _WHEN,
    "年份": _WHEN,
    "日期": _WHEN,
}
