"""A rule set from YAML: shape by the JSON Schema, sense by the checks here, every refusal with its line."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path as File
from typing import Any, Literal

from jsonschema import Draft202012Validator

from zhitong.core.yaml_reader import YamlError, read_yaml
from zhitong.ranking.scoring.checks import PURPOSES, sense_faults
from zhitong.ranking.scoring.errors import RulesError
from zhitong.ranking.scoring.faults import shape_faults
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

_SPANS = ("place", "quantity", "days_late", "authors", "contributors")
SCHEMA_FILE = File(__file__).with_name("rules.schema.json")


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def read_rules(text: str | bytes) -> RuleSet:
    """Read one rule set. Raises `RulesError` with everything that is wrong, each fault with its line and path."""
    try:
        data, lines = read_yaml(text)
    except YamlError as error:
        raise RulesError(error.code, error.line, **error.detail) from None
    if not isinstance(data, dict):
        raise RulesError("not_mapping", 1)
    faults = [*shape_faults(_validator().iter_errors(data), lines), *sense_faults(data, lines)]
    if faults:
        raise RulesError.of(faults)
    return _Reader(data).rule_set()


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
    words = {name: value for name, value in data.items() if name not in _SPANS and name != "not"}
    return Condition(
        words=tuple((name, frozenset(str(each) for each in _many(value))) for name, value in words.items()),
        spans=tuple((name, _spans(data[name])) for name in _SPANS if name in data),
        but_not=_condition(data["not"]) if "not" in data else None,
    )


def _when(data: Any) -> When:
    return tuple(_condition(each) for each in _many(data))


def _split(data: Any) -> Split:
    if isinstance(data, list):
        return Split("ratio", tuple(_weights(each) for each in data))
    if isinstance(data, dict) and "parts" in data:
        return Split("parts", parts=tuple(map(_number, data["parts"])), rest=_number(data.get("rest", 0)))
    if isinstance(data, dict):
        return replace(_split(data["split"]), first=data["first"])
    return Split("ratio", (_weights(data),)) if ":" in data else Split(data)


def _weights(ratio: str) -> tuple[int, ...]:
    return tuple(int(part) for part in ratio.split(":"))


def _share(data: dict[str, Any], base: Share) -> Share:
    return Share(
        contributors=_split(data["contributors"]) if "contributors" in data else base.contributors,
        authors=_split(data["authors"]) if "authors" in data else base.authors,
        counted_only=data["among"] == "counted" if "among" in data else base.counted_only,
    )


class _Reader:
    """Builds the frozen model out of data that has no fault."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data
        self._share = _share(data.get("share", {}), Share())

    def rule_set(self) -> RuleSet:
        data = self._data
        return RuleSet(
            code=data["code"],
            name=data["name"],
            version=data["version"],
            subject=data["subject"],
            purpose=data.get("purpose") or PURPOSES[data["subject"]][0],
            tables=tuple(self._table(each) for each in data["tables"]),
            valid_from=self._day("from"),
            valid_to=self._day("to"),
            dated=data.get("dated", "occurred"),
            year_from=data.get("year_from", 1),
            who=_when(data.get("who")),
            groups=self._groups(),
            share=self._share,
            rounding=self._rounding(),
            factors=tuple(_factor(each) for each in data.get("factors", ())),
            choices=tuple(_choice(each) for each in data.get("choices", ())),
            steps=tuple(_step(each) for each in data.get("steps", ())),
            needs=tuple(_need(each) for each in data.get("needs", ())),
            limits=tuple(_limit(each) for each in data.get("limits", ())),
            ties=_ties(data.get("ties", {}).get("rank", "shared")),
        )

    def _day(self, name: str) -> date | None:
        text = self._data.get("valid", {}).get(name)
        return None if text is None else date.fromisoformat(text)

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

    def _table(self, data: dict[str, Any]) -> Table:
        nth = data.get("nth")
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
                    times=each.get("times", ""),
                )
                for each in data["lines"]
            ),
            dated=data.get("dated"),
            share=_share(data["share"], self._share) if "share" in data else None,
            nth=NthCount(nth["by"], nth["per"]) if nth else None,
            subject=data.get("subject"),
        )


def _factor(data: dict[str, Any]) -> Factor:
    return Factor(data["key"], data["name"], _when(data.get("of")), _number(data["times"]))


def _choice(data: dict[str, Any]) -> Choice:
    ways: dict[str, Literal["points", "level", "date"]] = {
        "highest": "points",
        "highest_levels": "level",
        "first": "date",
    }
    way = next((name for name in ways if name in data), None)
    return Choice(
        key=data["key"],
        name=data["name"],
        of=_when(data.get("of")),
        within=data["within"],
        take=data[way] if way else 0,
        order=ways[way] if way else "points",
        replaced_by=None if way else _when(data["replaced_by"]),
        others=_number(data.get("others", 0)),
    )


def _step(data: dict[str, Any]) -> Step:
    return Step(
        key=data["key"],
        name=data["name"],
        per=data["per"],
        count=_when(data.get("count")),
        sums=_when(data["sum"]) if "sum" in data else None,
        by=data.get("by", "item"),
        lines=tuple(_step_line(each) for each in data["lines"]),
        otherwise=_number(data.get("else", 0)),
        out_of=_when(data["out_of"]) if "out_of" in data else None,
        less=_when(data["less"]) if "less" in data else None,
        dated=data.get("dated"),
        subject=data.get("subject"),
    )


def _step_line(data: dict[str, Any]) -> StepLine:
    return StepLine(
        side="at_least" if "at_least" in data else "below",
        bound=_number(data["at_least"] if "at_least" in data else data["below"]),
        points=_number(data["each"] if "each" in data else data["points"]),
        each="each" in data,
        every=_number(data.get("every", 1)),
    )


def _need(data: dict[str, Any]) -> Step:
    line = {"at_least": data["at_least"], "points": 0}
    return replace(_step({**data, "per": data.get("per", "year"), "lines": [line]}), gate=True)


def _limit(data: dict[str, Any]) -> Limit:
    return Limit(
        key=data["key"],
        name=data["name"],
        of=_when(data.get("of")),
        per=data["per"],
        at_most=_number(data["at_most"]) if "at_most" in data else None,
        at_least=_number(data["at_least"]) if "at_least" in data else None,
        across=data.get("across", ""),
        condition=_when(data["if"]) if "if" in data else None,
        part_of=_when(data["part_of"]) if "part_of" in data else None,
    )


def _ties(data: str | list[str]) -> TieRule:
    return TieRule(() if data == "shared" else tuple(_many(data)))
