"""Every wall of the threat model names its tests, and every test it names is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "threat-model.md").read_text()


def named() -> dict[str, list[tuple[str, str]]]:
    """Return wall -> tests, as (file, function), from the list under the walls."""
    found: dict[str, list[tuple[str, str]]] = {}
    wall = ""
    for line in PAGE.splitlines():
        if opened := re.fullmatch(r"- \*\*(.+)\*\*", line):
            wall = opened.group(1)
            found[wall] = []
        elif listed := re.fullmatch(r"  - `(tests/[\w/]+\.py)`: (.+)", line):
            found[wall] += [(listed.group(1), name) for name in re.findall(r"`(test_\w+)`", listed.group(2))]
    return found


def functions(file: str) -> set[str]:
    return {node.name for node in ast.walk(ast.parse((ROOT / file).read_text())) if isinstance(node, ast.FunctionDef)}


def test_every_wall_has_its_tests() -> None:
    walls = re.findall(r"^\| \*\*(.+?)\*\* \|", PAGE, re.MULTILINE)
    assert len(walls) > 15
    assert walls == list(named())
    assert [wall for wall, tests in named().items() if not tests] == []


@pytest.mark.parametrize("wall", sorted(named()))
def test_the_named_tests_are_there(wall: str) -> None:
    assert [test for test in named()[wall] if test[1] not in functions(test[0])] == []


def test_no_other_line_names_a_test_that_is_gone() -> None:
    listed = {name for tests in named().values() for _file, name in tests}
    assert set(re.findall(r"`(test_\w+)`", PAGE)) == listed
    for file in re.findall(r"`(tests/[\w/]+\.py)`", PAGE):
        assert (ROOT / file).is_file(), file
