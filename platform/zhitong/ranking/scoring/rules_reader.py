"""A rule set from YAML: shape by the JSON Schema, sense by the checks here, every refusal with its line."""

import json
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path as File
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from zhitong.core.located import Path, line_at
from zhitong.core.yaml_reader import YamlError, read_yaml
from zhitong.ranking.scoring.errors import RulesError
from zhitong.ranking.scoring.rules import (
    Choice,
    Condition,
    Factor,
    Group,
    Groups,
    Limit,
    Line,
    NthCount,
    Rounding,
    RuleSet,
    Share,
    Span,
    Split,
    Step,
    StepLine,
    Table,
    TieRule,
    When,
)

SCHEMA_FILE = File(__file__).with_name("rules.schema.json")


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def read_rules(text: str | bytes) -> RuleSet:
    """Read one rule set. Raises `RulesError` with the line of the first thing that is wrong."""
    try:
        data, lines = read_yaml(text)
    except YamlError as error:
        raise RulesError(error.code, error.line, **error.detail) from None
    refusals = [_translated(error, lines) for error in _validator().iter_errors(data)]
    if refusals:
        raise min(refusals, key=lambda refusal: refusal.line)
    return _Reader(data, lines).rule_set()


def _translated(error: ValidationError, lines: dict[Path, int]) -> RulesError:
    """The most telling part of a schema error, in our words."""
    while error.context:
        error = max(error.context, key=_telling)
    path = tuple(error.absolute_path)
    line = line_at(lines, path)
    name = str(path[-1]) if path else "file"
    value: Any = error.instance
    rule: Any = error.validator_value
    if error.validator == "additionalProperties":
        schema: Any = error.schema
        allowed = schema["properties"]
        unknown = min((n for n in value if n not in allowed), key=lambda n: line_at(lines, (*path, n)))
        return RulesError("unknown_field", line_at(lines, (*path, unknown)), name=unknown, allowed=", ".join(allowed))
    if error.validator == "required":
        missing = next(n for n in rule if n not in value)
        return RulesError("missing_field", line, name=missing)
    if error.validator == "enum":
        return RulesError("unknown_word", line, name=name, value=value, allowed=", ".join(map(str, rule)))
    shown = repr(value) if len(repr(value)) <= 60 else repr(value)[:60] + "…"
    return RulesError("wrong_value", line, name=name, value=shown, problem=f"{error.validator} {rule}"[:80])


def _telling(error: ValidationError) -> tuple[int, bool, bool]:
    """Of the alternatives, the one that was meant: it fails deepest, and not by its type."""
    return (len(error.absolute_path), error.validator not in ("type", "const"), error.validator == "enum")


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _span(value: int | str) -> Span:
    text = str(value)
    if text.endswith("+"):
        return Span(int(text[:-1]), None)
    first, _, last = text.partition("-")
    return Span(int(first), int(last or first))


def _spans(value: Any) -> tuple[Span, ...]:
    return tuple(_span(each) for each in _many(value))


def _number(value: Any) -> Fraction:
    if isinstance(value, str) and value.endswith("%"):
        return Fraction(value[:-1]) / 100
    return Fraction(value)


def _condition(data: dict[str, Any]) -> Condition:
    words = {name: value for name, value in data.items() if name not in ("place", "not")}
    return Condition(
        words=tuple((name, frozenset(str(each) for each in _many(value))) for name, value in words.items()),
        places=_spans(data.get("place")),
        but_not=_condition(data["not"]) if "not" in data else None,
    )


def _when(data: Any) -> When:
    return tuple(_condition(each) for each in _many(data))


def _split(data: Any) -> Split:
    if isinstance(data, dict):
        inner = _split(data["split"])
        return Split(inner.scheme, inner.weights, data["first"])
    if ":" in data:
        return Split("ratio", tuple(int(part) for part in data.split(":")))
    return Split(data)


def _share(data: dict[str, Any], base: Share) -> Share:
    return Share(
        contributors=_split(data["contributors"]) if "contributors" in data else base.contributors,
        authors=_split(data["authors"]) if "authors" in data else base.authors,
        counted_only=data["among"] == "counted" if "among" in data else base.counted_only,
    )


class _Reader:
    """Builds the frozen model out of data that fits the schema."""

    def __init__(self, data: dict[str, Any], lines: dict[Path, int]) -> None:
        self._data = data
        self._lines = lines
        self._share = _share(data.get("share", {}), Share())
        self._keys: set[str] = set()

    def rule_set(self) -> RuleSet:
        data = self._data
        valid_from, valid_to = self._day("from"), self._day("to")
        if valid_from and valid_to and valid_to < valid_from:
            raise self._wrong("period", ("valid",))
        rules = RuleSet(
            code=data["code"],
            name=data["name"],
            version=data["version"],
            subject=data["subject"],
            tables=tuple(self._table(each, ("tables", i)) for i, each in enumerate(data["tables"])),
            valid_from=valid_from,
            valid_to=valid_to,
            dated=data.get("dated", "occurred"),
            year_from=data.get("year_from", 1),
            who=_when(data.get("who")),
            groups=self._groups(),
            share=self._share,
            rounding=self._rounding(),
            factors=tuple(self._factor(each) for each in self._each("factors")),
            choices=tuple(self._choice(each, path) for path, each in self._placed("choices")),
            steps=tuple(self._step(each, path) for path, each in self._placed("steps")),
            limits=tuple(self._limit(each, path) for path, each in self._placed("limits")),
            ties=TieRule(data.get("ties", {}).get("rank", "shared")),
        )
        self._check_keys()
        self._check_table_names(data, ())
        return rules

    def _wrong(self, code: str, path: Path, **detail: object) -> RulesError:
        return RulesError(code, line_at(self._lines, path), **detail)

    def _each(self, name: str) -> list[Any]:
        return [each for _, each in self._placed(name)]

    def _placed(self, name: str) -> Iterator[tuple[Path, Any]]:
        for index, each in enumerate(self._data.get(name, [])):
            yield (name, index), each

    def _day(self, name: str) -> date | None:
        text = self._data.get("valid", {}).get(name)
        if text is None:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self._wrong("wrong_date", ("valid", name), name=f"valid.{name}", value=text) from None

    def _groups(self) -> Groups:
        data = self._data.get("groups")
        if isinstance(data, dict):
            return Groups(by=tuple(_many(data["by"])))
        return Groups(named=tuple(Group(each["name"], _when(each["when"])) for each in _many(data)))

    def _rounding(self) -> Rounding:
        data = self._data.get("rounding", {})
        return Rounding(
            places=data.get("places", 2),
            mode=data.get("mode", "half_up"),
            rest_to_first=data.get("rest", "first") == "first",
        )

    def _table(self, data: dict[str, Any], path: Path) -> Table:
        nth = data.get("nth")
        for index, line in enumerate(data["lines"]):
            if "nth" in line and nth is None:
                raise self._wrong("nth_without_count", (*path, "lines", index, "nth"), name=data["key"])
        return Table(
            key=data["key"],
            name=data["name"],
            when=_when(data.get("when")),
            lines=tuple(
                Line(
                    key=each["key"],
                    name=each["name"],
                    when=_when(each.get("when")),
                    points=None if each["points"] == "event" else _number(each["points"]),
                    nth=_spans(each.get("nth")),
                )
                for each in data["lines"]
            ),
            dated=data.get("dated"),
            share=_share(data["share"], self._share) if "share" in data else None,
            nth=NthCount(nth["by"], nth["per"]) if nth else None,
        )

    def _factor(self, data: dict[str, Any]) -> Factor:
        return Factor(data["key"], data["name"], _when(data.get("of")), _number(data["times"]))

    def _choice(self, data: dict[str, Any], path: Path) -> Choice:
        ways = [name for name in ("highest", "highest_levels", "first", "replaced_by") if name in data]
        if len(ways) != 1:
            problem = "give one of highest, highest_levels, first, replaced_by / 须且只能写其中一项"
            raise self._wrong("wrong_value", path, name="choices", value=", ".join(ways), problem=problem)
        way = ways[0]
        return Choice(
            key=data["key"],
            name=data["name"],
            of=_when(data.get("of")),
            within=data["within"],
            take=0 if way == "replaced_by" else data[way],
            order={"highest_levels": "level", "first": "date"}.get(way, "points"),  # type: ignore[arg-type] # the three words of Choice.order
            replaced_by=_when(data["replaced_by"]) if way == "replaced_by" else None,
        )

    def _step(self, data: dict[str, Any], path: Path) -> Step:
        return Step(
            key=data["key"],
            name=data["name"],
            per=data["per"],
            count=_when(data["count"]),
            by=data.get("by", "item"),
            lines=tuple(self._step_line(each, (*path, "lines", index)) for index, each in enumerate(data["lines"])),
            otherwise=_number(data.get("else", 0)),
            out_of=_when(data["out_of"]) if "out_of" in data else None,
            dated=data.get("dated"),
        )

    def _step_line(self, data: dict[str, Any], path: Path) -> StepLine:
        if len({"at_least", "below"} & set(data)) != 1 or len({"points", "each"} & set(data)) != 1:
            problem = "give at_least or below, and points or each / 须写 at_least 或 below、points 或 each"
            raise self._wrong("wrong_value", path, name="lines", value=", ".join(data), problem=problem)
        side = "at_least" if "at_least" in data else "below"
        amount = "each" if "each" in data else "points"
        return StepLine(
            side="at_least" if side == "at_least" else "below",
            bound=_number(data[side]),
            points=_number(data[amount]),
            each=amount == "each",
        )

    def _limit(self, data: dict[str, Any], path: Path) -> Limit:
        if not {"at_most", "at_least"} & set(data):
            raise self._wrong("missing_field", path, name="at_most")
        if _number(data.get("at_most", 0)) < 0 or _number(data.get("at_least", 0)) > 0:
            problem = "at_most from 0 up, at_least from 0 down / at_most 不小于 0,at_least 不大于 0"
            raise self._wrong("wrong_value", path, name="limits", value=data["key"], problem=problem)
        return Limit(
            key=data["key"],
            name=data["name"],
            of=_when(data.get("of")),
            per=data["per"],
            at_most=_number(data["at_most"]) if "at_most" in data else None,
            at_least=_number(data["at_least"]) if "at_least" in data else None,
        )

    def _check_keys(self) -> None:
        """Keys name rules in the ledger: each once in the set, and each line's once in its table."""
        seen: set[str] = set()
        for kind in ("tables", "factors", "choices", "steps", "limits"):
            for path, each in self._placed(kind):
                if each["key"] in seen:
                    raise self._wrong("duplicate_key", (*path, "key"), name=each["key"])
                seen.add(each["key"])
                names: set[str] = set()
                for index, line in enumerate(each["lines"] if kind == "tables" else ()):
                    if line["key"] in names:
                        raise self._wrong("duplicate_key", (*path, "lines", index, "key"), name=line["key"])
                    names.add(line["key"])
                    self._keys.add(f"{each['key']}.{line['key']}")
                if kind in ("tables", "steps"):
                    self._keys.add(each["key"])

    def _check_table_names(self, data: Any, path: Path) -> None:
        """Every `table:` in a condition must name a table, a line or a step of this set."""
        if not isinstance(data, dict | list):
            return
        children: Any = data.items() if isinstance(data, dict) else enumerate(data)
        for name, value in children:
            if name == "table":
                for each in _many(value):
                    if each not in self._keys:
                        raise self._wrong("unknown_table", (*path, name), name=each)
            else:
                self._check_table_names(value, (*path, name))
