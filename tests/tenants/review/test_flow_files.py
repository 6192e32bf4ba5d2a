"""A flow as a file: whatever is written is read back the same, and writes the same again."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tenants.review import presets
from tenants.review.definition import read_file, write_file
from tests.tenants.review.flow_strategies import definitions

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=20)


def same(name: str, definition: dict[str, Any]) -> None:
    content = write_file(name, definition)
    assert read_file(content, None) == (name, definition)
    assert yaml.safe_load(content) == {"name": name, "definition": definition}  # any YAML reader sees the same


@pytest.mark.parametrize("code", presets.codes())
def test_presets(code: str) -> None:
    preset = presets.load(code)
    same(preset.name, preset.definition)
    lines = write_file(preset.name, preset.definition).decode().splitlines()
    assert lines[:3] == [f"name: {preset.name}", "definition:", "  steps:"]
    assert lines[3].startswith("    - key: ")
    assert lines[4].startswith("      name: ")


@given(definitions())
def test_any_definition(raw: dict[str, Any]) -> None:
    same("试验流程", raw)


@given(NAMES)
def test_any_name(name: str) -> None:
    same(name, {"steps": [{"key": "a", "name": "甲", "posts": ["chair"]}]})


@pytest.mark.parametrize(
    "word", ["08", "1", "true", "null", "~", "yes", "1e3", "0x1f", "2026-01-01", "- a", "a: b", "#", "'", '"']
)
def test_words_that_look_like_something_else(word: str) -> None:
    condition = {"field": "category", "in": [word]}
    same(word, {"steps": [{"key": "a", "name": "甲", "posts": [word]}], "when": [condition]})
