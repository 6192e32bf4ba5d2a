"""What the schema of rule files cannot say: keys that name one rule, names that exist, days and ranges that can be.

Works on whatever the file holds, so that these faults are told together with those of its shape.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from zhitong.core.located import Path, line_at
from zhitong.ranking.scoring.errors import RulesError
from zhitong.ranking.scoring.rules import Purpose

KINDS = ("tables", "factors", "choices", "steps", "needs", "limits")
PURPOSES: dict[str, tuple[Purpose, ...]] = {
    "unit": ("units",),
    "person": ("members", "informants"),
    "group": ("groups",),
}


def sense_faults(data: Any, lines: dict[Path, int]) -> Iterator[RulesError]:
    """Yield every fault of sense; nothing for parts whose shape is wrong."""
    if not isinstance(data, dict):
        return
    yield from _days(data, lines)
    yield from _purpose(data, lines)
    yield from _keys(data, lines)
    yield from _numbering(data, lines)
    yield from _names(data, (), set(_rule_keys(data)), lines)


def _wrong(code: str, path: Path, lines: dict[Path, int], **detail: object) -> RulesError:
    return RulesError(code, line_at(lines, path), **detail).at(path)


def _days(data: dict[str, Any], lines: dict[Path, int]) -> Iterator[RulesError]:
    valid = data.get("valid")
    if not isinstance(valid, dict):
        return
    days: dict[str, date] = {}
    for name in ("from", "to"):
        text = valid.get(name)
        if isinstance(text, str) and len(text) == 10:
            try:
                days[name] = date.fromisoformat(text)
            except ValueError:
                yield _wrong("wrong_date", ("valid", name), lines, name=f"valid.{name}", value=text)
    if len(days) == 2 and days["to"] < days["from"]:
        yield _wrong("period", ("valid",), lines)


def _purpose(data: dict[str, Any], lines: dict[Path, int]) -> Iterator[RulesError]:
    purpose, subject = data.get("purpose"), data.get("subject")
    allowed = PURPOSES.get(subject) if isinstance(subject, str) else None
    known = {each for words in PURPOSES.values() for each in words}
    if allowed and purpose in known and purpose not in allowed:
        detail = {"value": purpose, "subject": subject, "allowed": ", ".join(allowed)}
        yield _wrong("wrong_purpose", ("purpose",), lines, **detail)


def _placed(data: dict[str, Any], *kinds: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    for kind in kinds:
        found = data.get(kind)
        for index, each in enumerate(found if isinstance(found, list) else ()):
            if isinstance(each, dict):
                yield (kind, index), each


def _lines_of(table: dict[str, Any], path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for (_, index), line in _placed(table, "lines"):
        yield (*path, "lines", index), line


def _keys(data: dict[str, Any], lines: dict[Path, int]) -> Iterator[RulesError]:
    """Keys name rules in the ledger: each once in the set, and each line's once in its table."""
    seen: set[str] = set()
    for path, each in _placed(data, *KINDS):
        yield from _twice(each, path, seen, lines)
        if path[0] == "tables":
            of_table: set[str] = set()
            for place, line in _lines_of(each, path):
                yield from _twice(line, place, of_table, lines)


def _twice(each: dict[str, Any], path: Path, seen: set[str], lines: dict[Path, int]) -> Iterator[RulesError]:
    key = each.get("key")
    if isinstance(key, str):
        if key in seen:
            yield _wrong("duplicate_key", (*path, "key"), lines, name=key)
        seen.add(key)


def _numbering(data: dict[str, Any], lines: dict[Path, int]) -> Iterator[RulesError]:
    for path, table in _placed(data, "tables"):
        for place, line in _lines_of(table, path):
            if "nth" in line and "nth" not in table:
                yield _wrong("nth_without_count", (*place, "nth"), lines, name=table.get("key", "?"))


def _rule_keys(data: dict[str, Any]) -> Iterator[str]:
    """The names that conditions may use: tables, their lines, and steps."""
    for path, each in _placed(data, "tables", "steps"):
        key = each.get("key")
        if isinstance(key, str):
            yield key
            if path[0] == "tables":
                yield from (f"{key}.{line.get('key')}" for _, line in _lines_of(each, path))


_RANGES = frozenset(["nth", "place", "quantity", "days_late", "authors", "contributors"])


def _names(data: Any, path: Path, known: set[str], lines: dict[Path, int]) -> Iterator[RulesError]:
    """Every table that is named exists, and every range begins before it ends."""
    if not isinstance(data, dict | list):
        return
    children: Any = data.items() if isinstance(data, dict) else enumerate(data)
    for name, value in children:
        place = (*path, name)
        many = value if isinstance(value, list) else [value]
        if name == "table" or place == ("ties", "rank"):
            words = {"shared", "adoptions"} if name == "rank" else set()
            for each in many:
                if isinstance(each, str) and each not in known | words:
                    yield _wrong("unknown_table", place, lines, name=each)
        elif name in _RANGES and "share" not in path and all(isinstance(each, str | int) for each in many):
            for each in many:
                first, _, last = str(each).partition("-")
                if first.isdecimal() and last.isdecimal() and int(last) < int(first):
                    yield _wrong("adds_nothing", place, lines, name=name, value=each)
        yield from _names(value, place, known, lines)
