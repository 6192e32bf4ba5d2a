"""One word per state: the table is the only copy, and no screen says a synonym."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenants.items.models import State
from tenants.review.models import Run
from zhitong.core import glossary
from zhitong.exchange.journeys import Stop
from zhitong.exchange.models import Dispatch
from zhitong.web import parts

ROOT = Path(__file__).parents[1]
TREES = ("platform", "tenants", "search", "api")
TABLE = {name: word for name, word in vars(glossary).items() if name.isupper() and isinstance(word, str)}
# As labels of a verb or of an event these are what somebody did, and not where the item stands.
ALSO_VERBS = {glossary.KEPT, glossary.DECLINED}


def files(*endings: str) -> Iterator[Path]:
    for tree in TREES:
        for path in sorted((ROOT / tree).rglob("*")):
            if path.suffix in endings and "vendor" not in path.parts and "migrations" not in path.parts:
                yield path


def literals(path: Path) -> Iterator[str]:
    """Return the texts of a module without its docstrings."""
    tree = ast.parse(path.read_text())
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    documented = [node.body[0] for node in ast.walk(tree) if isinstance(node, owners) and node.body]
    docs = {id(first.value) for first in documented if isinstance(first, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


@functools.cache
def shown() -> tuple[tuple[Path, str], ...]:
    """Return every text that a screen, a print or a seed could show, with its file."""
    coded = [(path, text) for path in files(".py") if path.name != "glossary.py" for text in literals(path)]
    drawn = [(path, path.read_text()) for path in files(".html", ".js", ".json", ".yaml", ".txt", ".jsonl")]
    return (*coded, *drawn)


@pytest.mark.parametrize("synonym", sorted(glossary.NEVER))
def test_no_screen_says_a_synonym(synonym: str) -> None:
    found = [str(path.relative_to(ROOT)) for path, text in shown() if synonym in text]
    assert found == []


def test_the_table_is_the_only_copy() -> None:
    copied = set(TABLE.values()) - ALSO_VERBS
    found = {(str(path.relative_to(ROOT)), text) for path, text in shown() if text in copied}
    assert found == set()


def test_who_waits_for_a_review_reads_the_same_word_everywhere() -> None:
    said = {
        State.IN_REVIEW.label,
        Dispatch.State.ACCEPTED.label,
        Run.State.RUNNING.label,
        glossary.ITEM_STATES["in_review"],
        Stop("佛山市政协", "city", (0, None), fact=object()).outcome[0],  # type: ignore[arg-type]
    }
    assert said == {"审核中"}


def test_every_word_has_one_look() -> None:
    drawn = {parts.standing(label) for label in (*State.labels, *Dispatch.State.labels)}
    assert len(drawn) == len({state.word for state in drawn})
    assert {state.word for state in drawn if not state.kind} == {glossary.DRAFT}


def test_the_items_states_are_those_of_the_table() -> None:
    assert {str(value): str(label) for value, label in State.choices} == glossary.ITEM_STATES
