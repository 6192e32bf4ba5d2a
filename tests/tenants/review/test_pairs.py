"""Every verb in what every other verb leaves behind: `docs/review.md` says what happens, and is played row by row."""

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tenants.review.models import Verb
from tests.tenants.review.conftest import House
from tests.tenants.review.stage import VERBS, Stage
from tests.tenants.review.test_asking import check_history

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "review.md"
# What came before (`<flow>: <lines>`), and whose verbs are tried on it beside those of all who come in from outside.
SITUATIONS = {
    "all:": "A",
    "all: A pass": "B",
    "all: A pass, B pass": "C",
    "all: A before D": "AD",
    "all: A before D, D answer": "A",
    "all: A before D, D verify V": "D",
    "all: A before D, D reassign F": "F",
    "all: A before D, A remove D": "A",
    "all: A delegate D": "AD",
    "all: A delegate D, D answer, A reassign F": "F",
    "all: A relay D": "AD",
    "all: A after D": "A",
    "all: A after D, A reassign F": "F",
    "all: A after D, A pass": "D",
    "all: A after D, A pass, B pass": "D",
    "all: A verify V": "AV",
    "all: A verify V, V answer": "A",
    "all: A consult V": "AV",
    "all: A reassign D": "D",
    "all: admin reassign A D": "",
    "all: A return": "",
    "all: A return straight": "",
    "all: A pass, B return straight, author submit": "B",
    "all: A return straight, A leaves, author submit": "B",
    "all: A pass, B pass, C return 1": "A",
    "all: A pass, B pass, C return 1 straight": "A",
    "all: A pass, B pass, C return 1 straight, A pass, B pass": "C",
    "all: A keep": "",
    "all: A decline": "",
    "all: author recall": "",
    "all: A pass, A take back": "",
    "all: A pass, B pass, B take back": "B",
    "all: A keep, A take back": "",
    "all: A expedite": "A",
    "all: A copy F": "",
    "all: author urge": "",
    "all: author comment": "",
    "all: admin jump 3": "E",
    "all: admin end": "",
    "all: A pass, admin restart": "",
    "all: A leaves": "B",
    "all: A replaced D": "D",
    "all: A away D": "D",
    "all: A pass, B deactivated": "",
    "all: A late": "G",
    "any: A before D": "B",
    "any: A after D, A pass": "D",
    "in order:": "A",
    "in order: A pass": "B",
    "in order: A after D, A pass": "D",
    "vote:": "A",
    "vote: A object": "B",
    "vote: A object, B leaves": "C",
    "joint:": "B",
    "joint: B answer, D answer": "A",
    "gap: A pass": "E",
    "one: A pass": "",
}


_HEADS = {"then", "verb", "pair", "---"}
_NAMED = re.compile(r"`(test_\w+\.py)::([\w:]+)(?:\[([^\]`]+)\])?`")


@dataclass
class Section:
    """What the document says of a situation: where it stands, and where each line leads."""

    stands: str
    leads: dict[str, str] = field(default_factory=dict)


def sections() -> dict[str, Section]:
    """Read the situations of the document."""
    found: dict[str, Section] = {}
    for part in DOCUMENT.read_text(encoding="utf-8").split("\n### `")[1:]:
        situation, rest = part.split("`", 1)
        stands = re.search(r"^Stands: `(.+)`$", rest, re.MULTILINE)
        assert stands, situation
        found[situation] = Section(stands[1])
        for cells in _rows(rest):
            for line in re.findall("`([^`]+)`", cells[0]):
                found[situation].leads[line] = cells[1].strip("`")
    return found


def _rows(text: str) -> list[list[str]]:
    """Return the cells of every row of the tables in a text, without their heads."""
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in rows]
    return [row for row in cells if row[0] not in _HEADS]


def begin(house: House, situation: str) -> Stage:
    """Set the stage and play what came before."""
    flow, lines = situation.split(":")
    stage = Stage(house)
    stage.begin(flow)
    for line in filter(None, lines.strip().split(", ")):
        stage.play(line)
    return stage


@pytest.mark.parametrize("situation", SITUATIONS)
def test_what_follows(house: House, situation: str) -> None:
    told = sections()[situation]
    stage = begin(house, situation)
    assert stage.stands() == told.stands
    check_history(stage.run)
    lines = stage.vocabulary(SITUATIONS[situation], all_of_it=situation.endswith(":"))
    assert sorted(told.leads) == sorted(lines)  # no pair is left out
    assert {line: stage.what_if(line) for line in lines} == told.leads


# They end a run from outside, and begin it again as it stood: what meets them is tried where merging is.
_OF_THE_DESK = {Verb.MERGE, Verb.TAKE_APART}


def _tests_of(name: str) -> set[str]:
    """Return the tests of a file of this folder or of the desk's as pytest names them, without parameters."""
    here = Path(__file__).parent
    file = next(path for folder in (here, here.parent / "desk") if (path := folder / name).is_file())
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return found


def test_every_row_names_a_test_that_is_there() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = _rows(text)
    assert len(rows) > 500
    known: dict[str, set[str]] = {}
    for row in rows:
        named = _NAMED.findall(row[-1])
        assert named, row
        for file, test, situation in named:
            assert test in known.setdefault(file, _tests_of(file)), f"{file}::{test}"
            assert not situation or situation in SITUATIONS, situation
    for file, test, _ in _NAMED.findall(text):
        assert test in known.setdefault(file, _tests_of(file)), f"{file}::{test}"


def test_every_verb_has_its_row_and_meets_every_other() -> None:
    verbs = DOCUMENT.read_text(encoding="utf-8").split("## Verbs")[1].split("\n## ")[0]
    named = [row[0].split("`")[1] for row in _rows(verbs)]
    assert sorted(named) == sorted(Verb.values)
    told = sections()
    assert list(told) == list(SITUATIONS)
    # START has come before everything; a step that nobody holds is skipped by the flow "gap".
    before = {Verb.START} | ({Verb.SKIP} if any(one.startswith("gap:") for one in told) else set())
    played = [line for one in told for line in one.partition(":")[2].strip().split(", ") if line]
    before |= {VERBS[line.split()[1]] for line in played}
    assert before == set(Verb) - _OF_THE_DESK
    then = {VERBS[line.split()[1]] for section in told.values() for line in section.leads}
    assert then == set(VERBS.values())
    assert set(VERBS.values()) == set(Verb) - {Verb.START, Verb.SKIP} - _OF_THE_DESK
