"""`zhitong flow export` and `zhitong flow import`: a chain travels from one unit to another as a file."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tenants.review.models import FlowVersion
from tests.tenants.review.conftest import House
from zhitong.core.errors import NotFound
from zhitong.units.models import Unit


def run(name: str, *words: str, **options: Any) -> str:
    out = StringIO()
    call_command(name, *words, stdout=out, **options)
    return out.getvalue()


def test_a_chain_travels_from_unit_to_unit(house: House, stranger: Unit, tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    house.publish({"posts": ["chair"], "limit_days": 1})
    assert run("flow_export", "main", str(path), unit="nanhai") == f"wrote version 2 of main to {path}\n"
    assert run("flow_export", "main", unit="nanhai").encode() == path.read_bytes()
    assert "重要信息三审" not in path.read_text(encoding="utf-8").partition("definition:")[2]
    assert run("flow_export", "main", unit="nanhai", version_number=1) != path.read_text(encoding="utf-8")
    assert run("flow_import", str(path), unit="chancheng") == "kept as draft 1 of flow flow-1\n"
    assert run("flow_import", str(path), unit="chancheng", into="main") == "kept as draft 2 of flow main\n"
    with house.unit:
        sent = FlowVersion.objects.get(flow__code="main", state="published").definition
    with stranger:
        assert [version.definition for version in FlowVersion.objects.filter(state="draft")] == [sent, sent]


def test_what_is_wrong_is_one_line(house: House, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no flow 'nothing' in this unit; it has: main"):
        run("flow_export", "nothing", unit="nanhai")
    with pytest.raises(CommandError, match="has no version 9"):
        run("flow_export", "main", unit="nanhai", version_number=9)
    with pytest.raises(NotFound):
        run("flow_export", "main", unit="nowhere")
    with pytest.raises(CommandError, match="no such file"):
        run("flow_import", str(tmp_path / "none.yaml"), unit="nanhai")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("name: x\ndefinition:\n  steps: []\n", encoding="utf-8")
    with pytest.raises(CommandError, match="第 3 行：流程至少要有一步"):
        run("flow_import", str(wrong), unit="nanhai")
    run("flow_export", "main", str(wrong), unit="nanhai")
    run("flow_import", str(wrong), unit="nanhai", into="main")
    with pytest.raises(CommandError, match="改过这个草稿"):
        run("flow_import", str(wrong), unit="nanhai", into="main")
