"""`zhitong search evaluate-pairs`: what it prints, and what it refuses with line and reason."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from search.alike.evaluation import halves
from search.alike.graded import Pair
from tests.search.alike.test_comparing import ELSEWHERE, ORIGINAL, OTHER, REST, REWORKED, SAME_MATTER

TEXTS = [
    {"id": str(name), "title": text.title, "text": text.body}
    for name, text in (
        ("o", ORIGINAL),
        ("r", REWORKED),
        ("m", SAME_MATTER),
        ("e", ELSEWHERE),
        ("x", OTHER),
        *enumerate(REST),
    )
]
PAIRS = [
    {"a": "o", "b": "r", "relation": "reworked"},
    {"a": "o", "b": "m", "relation": "same_event"},
    {"a": "o", "b": "e", "relation": "same_text_other_matter"},
    {"a": "o", "b": "x", "relation": "different"},
    {"a": "r", "b": "x", "relation": "same_issue"},
]


def written(folder: Path, name: str, rows: list[dict[str, Any]]) -> str:
    path = folder / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return str(path)


def run(folder: Path, pairs: list[dict[str, Any]] = PAIRS, texts: list[dict[str, Any]] = TEXTS, *more: str) -> str:
    said = StringIO()
    call_command(
        "search_evaluate_pairs",
        written(folder, "pairs.jsonl", pairs),
        written(folder, "texts.jsonl", texts),
        *more,
        stdout=said,
    )
    return said.getvalue()


def test_it_counts_what_each_relation_was_called(tmp_path: Path) -> None:
    said = run(tmp_path)
    assert "5 pairs, words weighed over 15 texts" in said
    lines = {line[:46].strip(): line[46:].strip() for line in said.splitlines()}
    assert lines["verbatim and reworked against all others"] == "recall 1.000  precision 1.000"
    assert lines["same event against different and decoys"] == "recall 0.500  precision 1.000"
    assert lines["decoys called the same"] == "0 of 1 = 0.000"
    assert lines["copies that fingerprints bring together"] == "1 of 1 = 1.000"
    rows = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line}
    assert rows["same_text_other_matter"] == ["0", "0", "0", "1", "0"]
    assert rows["same_issue"] == ["0", "0", "0", "0", "1"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"relation": "alike"}, "unknown relation 'alike'"),
        ({"b": "nobody"}, "no text has the id 'nobody'"),
        ({"b": "o"}, "a and b are the same text"),
        ({"colour": 1}, "unknown field 'colour'"),
        ({"a": 7}, "the field 'a' is no text"),
    ],
)
def test_a_wrong_pair_is_refused_with_its_line(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    with pytest.raises(CommandError, match=rf"pairs.jsonl, line 2: {reason}"):
        run(tmp_path, [PAIRS[0], {**PAIRS[1], **change}])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "no JSON in UTF-8"),
        (b'{"id": "\xff"}', "no JSON in UTF-8"),
        (b"[]", "not a JSON object"),
        (b'{"title": ""}', "lacks the field 'id'"),
        (b'{"id": "a", "title": 1}', "the field 'title' is no text"),
        (b'{"id": "a", "place": ""}', "unknown field 'place'"),
    ],
)
def test_a_broken_text_is_refused_with_its_line(tmp_path: Path, line: bytes, reason: str) -> None:
    texts = tmp_path / "texts.jsonl"
    texts.write_bytes(b'{"id": "o", "title": null}\n\n' + line)
    with pytest.raises(CommandError, match=rf"texts.jsonl, line 3: {reason}"):
        call_command("search_evaluate_pairs", written(tmp_path, "pairs.jsonl", PAIRS), str(texts))


def test_a_pair_that_names_two_texts_of_one_id_is_refused(tmp_path: Path) -> None:
    twice = [*TEXTS, {"id": "x", "title": "另一篇", "text": ""}]
    assert run(tmp_path, PAIRS[:1], twice).startswith("1 pairs, words weighed over 16 texts")
    with pytest.raises(CommandError, match="line 4: two texts have the id 'x'"):
        run(tmp_path, PAIRS, twice)


def test_a_missing_or_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="holds no pair"):
        run(tmp_path, [])
    with pytest.raises(CommandError, match="No such file"):
        call_command("search_evaluate_pairs", str(tmp_path / "none"), written(tmp_path, "texts.jsonl", TEXTS))


def test_halves_share_no_text_even_through_others() -> None:
    pairs = [Pair(f"{group}-{n}", f"{group}-{n + 1}", "different") for group in range(40) for n in range(3)]
    fitted, held = halves(pairs)
    names = [{name for pair in half for name in (pair.one, pair.other)} for half in (fitted, held)]
    assert len(fitted) + len(held) == len(pairs)
    assert names[0].isdisjoint(names[1])
    assert min(len(fitted), len(held)) > 30
