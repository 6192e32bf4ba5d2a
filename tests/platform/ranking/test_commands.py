"""`ranking_score`: files in, JSON lines out, one line for what is wrong."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.platform.ranking.histories import PRESET

EVENT = {
    "id": "e1",
    "kind": "adopted",
    "mode": "single",
    "level": "province",
    "body": "cppcc",
    "dates": {"occurred": "2026-03-01"},
    "contributors": [{"unit": "nanhai", "unit_kind": "committee", "unit_level": "county"}],
}


def run(tmp_path: Path, *lines: str) -> list[dict[str, object]]:
    events = tmp_path / "events.jsonl"
    events.write_text("\n".join(lines))
    out = StringIO()
    call_command("ranking_score", str(PRESET), str(events), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_one_adoption_is_one_line(tmp_path: Path) -> None:
    [line] = run(tmp_path, json.dumps(EVENT))
    assert (line["subject"], line["points"], line["counted"]) == ("nanhai", "5", True)


def test_a_wrong_event_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"^line 2: ") as refused:
        run(tmp_path, json.dumps(EVENT), "{")
    assert "\n" not in str(refused.value)
