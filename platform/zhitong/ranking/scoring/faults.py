"""Everything that is wrong with the shape of a rule file, in our words: the line of each, and what is expected."""

from collections.abc import Iterable, Iterator
from typing import Any

from jsonschema.exceptions import ValidationError

from zhitong.core.located import Path, line_at, place_words
from zhitong.ranking.scoring.errors import RulesError

_SHOWN = 60
_BOUNDS = {
    "minimum": ("at least {0}", "不小于 {0}"),
    "maximum": ("at most {0}", "不大于 {0}"),
    "exclusiveMinimum": ("more than {0}", "大于 {0}"),
    "minItems": ("at least {0} of them", "至少 {0} 项"),
    "maxItems": ("at most {0} of them", "至多 {0} 项"),
    "minProperties": ("at least one field", "至少一个字段"),
    "minLength": ("not empty", "不能为空"),
    "maxLength": ("at most {0} characters", "至多 {0} 字"),
}
_TYPES = {
    "object": ("fields with values", "字段与值"),
    "array": ("a list", "列表"),
    "string": ("text", "文字"),
    "integer": ("a whole number", "整数"),
    "number": ("a number", "数"),
}
_ONE_OF = {"oneOf", "anyOf"}


def shape_faults(errors: Iterable[ValidationError], lines: dict[Path, int]) -> Iterator[RulesError]:
    """Translate the errors of the schema; of alternatives, all errors of the one that was meant."""
    for error in errors:
        yield from _faults(error, lines, _title(error))


def _faults(error: ValidationError, lines: dict[Path, int], expected: str) -> Iterator[RulesError]:
    if error.context and not _names_fields(error):
        for inner in _meant(error):
            yield from _faults(inner, lines, _title(inner) or expected)
        return
    path = tuple(error.absolute_path)
    line = line_at(lines, path)
    name = place_words(path[-2:] if isinstance(path[-1], int) else path[-1:]) if path else "file"
    value: Any = error.instance
    rule: Any = error.validator_value
    if error.validator == "additionalProperties":
        yield from _unknown(error, path, lines)
    elif error.validator == "required":
        missing = next(each for each in rule if each not in value and f"'{each}'" in error.message)
        yield RulesError("missing_field", line, name=missing).at(path)
    elif error.validator == "dependentRequired":
        missing = next(each for key, needed in rule.items() if key in value for each in needed if each not in value)
        yield RulesError("missing_field", line, name=missing).at(path)
    elif error.validator == "enum" and not expected:
        allowed = ", ".join(map(str, rule))
        yield RulesError("unknown_word", line, name=name, value=_shown(value), allowed=allowed).at(path)
    else:
        problem, words = _problem(error, expected)
        yield RulesError("wrong_value", line, name=name, value=_shown(value), problem=problem, words=words).at(path)


def _unknown(error: ValidationError, path: Path, lines: dict[Path, int]) -> Iterator[RulesError]:
    schema: Any = error.schema
    allowed = schema["properties"]
    found: Any = error.instance
    for name in found:
        if name not in allowed:
            place = (*path, name)
            yield RulesError("unknown_field", line_at(lines, place), name=name, allowed=", ".join(allowed)).at(place)


def _problem(error: ValidationError, expected: str) -> tuple[str, str]:
    rule: Any = error.validator_value
    if error.validator in _ONE_OF:
        names = ", ".join(name for each in rule for name in each.get("required", ()))
        return f"give one of {names}", f"须写其中一项：{names}"
    if error.validator == "not":
        names = ", ".join(rule["required"])
        return f"not both: {names}", f"不能同时写：{names}"
    if expected:
        schema: Any = error.schema
        return schema.get("description") or "not of the expected form", f"应为{expected}"
    if error.validator == "type":
        return _TYPES[rule]
    if error.validator in _BOUNDS:
        english, chinese = _BOUNDS[str(error.validator)]
        return english.format(rule), chinese.format(rule)
    return "not of the expected form", "形式不对"


def _names_fields(error: ValidationError) -> bool:
    """Whether the alternatives are sets of fields, of which one must be given."""
    rules: Any = error.validator_value
    return error.validator in _ONE_OF and all(set(rule) == {"required"} for rule in rules)


def _meant(error: ValidationError) -> list[ValidationError]:
    """The errors of the alternative that was meant: one that takes the value's type, and fails deepest."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    depth = len(error.absolute_path)

    def telling(errors: list[ValidationError]) -> tuple[bool, int, bool]:
        own_type = all(each.validator not in ("type", "const") or len(each.absolute_path) > depth for each in errors)
        deepest = max(len(each.absolute_path) for each in errors)
        return own_type, deepest, errors[0].validator in ("enum", "additionalProperties")

    return max(branches.values(), key=telling)


def _title(error: ValidationError) -> str:
    schema: Any = error.schema
    return str(schema.get("title", "")) if isinstance(schema, dict) else ""


def _shown(value: object) -> str:
    """Return a value as it was written, cut where it is long."""
    text = "、".join(map(str, value)) if isinstance(value, dict) else str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
