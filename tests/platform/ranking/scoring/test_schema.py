"""The JSON Schema and the parser agree: on every preset and example, and on each of these changed in one place."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.platform.ranking.scoring.test_docs import blocks
from zhitong.core.yaml_reader import read_yaml
from zhitong.ranking.scoring import SCHEMA_FILE, RulesError, preset_codes, read_rules
from zhitong.ranking.scoring.presets import FOLDER

SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
# What no schema can say (docs/scoring.md lists it); everything else both refuse.
SENSE = {"duplicate_key", "unknown_table", "nth_without_count", "wrong_date", "period", "wrong_purpose", "adds_nothing"}
HEAD = "code: T\nname: 试行办法\nversion: 1\nsubject: unit\n"
SOURCES = [(FOLDER / f"{code}.yaml").read_text(encoding="utf-8") for code in preset_codes()]
SOURCES += [text if text.startswith("code:") else HEAD + text for text in blocks("yaml")]


def paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, value in children:
        yield (*path, name)
        yield from paths(value, (*path, name))


def changed(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The document with another value at a place; `None` takes the place out."""
    copy = json.loads(json.dumps(data, default=str))
    inner = copy
    for name in path[:-1]:
        inner = inner[name]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return copy


def both(data: Any) -> tuple[bool, set[str]]:
    """Whether the schema takes the document, and what the parser has against it."""
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    by_schema = VALIDATOR.is_valid(read_yaml(text)[0])
    try:
        read_rules(text)
    except RulesError as refusal:
        return by_schema, {fault.code for fault in refusal.faults}
    return by_schema, set()


@pytest.mark.parametrize("source", SOURCES)
def test_every_preset_and_example_is_taken_by_both(source: str) -> None:
    assert VALIDATOR.is_valid(read_yaml(source)[0])
    assert read_rules(source)


@settings(max_examples=300, deadline=None)
@given(
    source=st.sampled_from(SOURCES),
    where=st.integers(0, 10_000),
    value=st.sampled_from([None, "", "x", "adopted", "1/2", "-3", 0, -1, 7, 10**9, True, [], ["x"], {}, {"x": 1}]),
)
def test_a_changed_set_is_taken_by_both_or_refused_by_both(source: str, where: int, value: Any) -> None:
    data = read_yaml(source)[0]
    every = list(paths(data))
    by_schema, faults = both(changed(data, every[where % len(every)], value))
    assert by_schema == (not faults - SENSE), faults


@pytest.mark.parametrize("source", SOURCES)
def test_an_unknown_word_is_refused_wherever_it_stands(source: str) -> None:
    data = read_yaml(source)[0]
    places = [(), *(path for path in paths(data) if isinstance(_at(data, path), dict))]
    for path in places:
        by_schema, faults = both(changed(data, (*path, "colour"), "red"))
        assert not by_schema, path
        assert faults == {"unknown_field"}, path


def _at(data: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        data = data[name]
    return data


def test_the_schema_is_a_schema_and_printed_by_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    call_command("ranking_schema")
    assert json.loads(capsys.readouterr().out) == SCHEMA


def test_every_field_of_the_schema_stands_in_the_manual() -> None:
    manual = "\n".join(blocks("yaml")) + _MANUAL
    names = {name for definition in _objects(SCHEMA) for name in definition["properties"]}
    assert {name for name in names if f"{name}:" not in manual and f"`{name}`" not in manual} == set()


def _objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for each in schema.values():
            yield from _objects(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _objects(each)


_MANUAL = (SCHEMA_FILE.parents[4] / "docs" / "scoring.md").read_text(encoding="utf-8")
