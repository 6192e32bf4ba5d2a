"""Units in bulk from a table: read a .csv or .xlsx, create what is missing, say of each wrong row why."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import load_workbook

from zhitong.core.errors import Refusal
from zhitong.core.operations import Actor
from zhitong.units.models import Level, Unit, UnitKind
from zhitong.units.operations import NewUnit, create_unit

_HEADS = {
    "code": "code", "代码": "code", "行政区划代码": "code",
    "name": "name", "名称": "name", "全称": "name",
    "short_name": "short_name", "简称": "short_name",
    "kind": "kind", "类别": "kind",
    "level": "level", "层级": "level",
    "parent": "parent", "上级": "parent",
    "participates_in": "participates_in", "参加": "participates_in",
    "host": "host", "域名": "host",
}  # fmt: skip
_NEEDED = ("code", "name", "kind", "level")
_KINDS = {str(kind.label): kind for kind in UnitKind} | {kind.value: kind for kind in UnitKind}
_LEVELS = {str(level.label): level for level in Level} | {level.value: level for level in Level}


class TableError(ValueError):
    """The file is no table that can be read; nothing was imported."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `line` counts as a spreadsheet does, the head is line 1."""

    line: int
    values: Mapping[str, str]

    def get(self, name: str) -> str:
        """Return a value, empty when the column is missing."""
        return self.values.get(name, "")


@dataclass(slots=True)
class Report:
    """What an import did: units created, rows whose unit exists already, wrong rows with line and reason."""

    created: list[Unit] = field(default_factory=list)
    present: int = 0
    wrong: list[tuple[int, str]] = field(default_factory=list)


def import_units(*, actor: Actor, rows: list[Row]) -> Report:
    """Create the units of a table, each in its own transaction; parents may stand below their children.

    A unit of the same full name is left as it is, so a second run adds nothing.
    """
    report = Report()
    known = {unit.name: unit for unit in Unit.objects.all()}
    waiting = _unique(rows, report)
    while waiting:
        unmade = {row.get("name") for row in waiting}
        ready = [row for row in waiting if not _above(row) & unmade]
        if not ready:
            report.wrong += [(row.line, "it stands above itself: the parents form a ring") for row in waiting]
            break
        for row in ready:
            _create(actor, row, known, report)
        waiting = [row for row in waiting if row not in ready]
    report.wrong.sort()
    return report


def read_table(path: Path) -> list[Row]:
    """Return the rows of a .csv (UTF-8 or GB 18030) or .xlsx file; the first line names the columns.

    Raises:
        TableError: unreadable, of another kind, or a needed column is missing.
    """
    if path.suffix.lower() == ".xlsx":
        lines = _xlsx(path)
    elif path.suffix.lower() == ".csv":
        lines = iter(csv.reader(io.StringIO(_decoded(path.read_bytes()))))
    else:
        raise TableError(f"{path.name}: neither .csv nor .xlsx")
    try:
        heads = [_HEADS.get(head.strip().lower(), "") for head in next(lines, [])]
        missing = [name for name in _NEEDED if name not in heads]
        if missing:
            raise TableError(f"{path.name}: column missing: {', '.join(missing)}")
        return [
            Row(number, {head: cell.strip() for head, cell in zip(heads, cells, strict=False) if head})
            for number, cells in enumerate(lines, start=2)
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise TableError(f"{path.name}: {error}") from error


def _unique(rows: list[Row], report: Report) -> list[Row]:
    seen: dict[str, int] = {}
    kept = []
    for row in rows:
        first = seen.setdefault(row.get("name"), row.line)
        if first == row.line:
            kept.append(row)
        else:
            report.wrong.append((row.line, f"the same name stands in line {first}"))
    return kept


def _above(row: Row) -> set[str]:
    return {row.get("parent"), row.get("participates_in")} - {"", row.get("name")}


def _create(actor: Actor, row: Row, known: dict[str, Unit], report: Report) -> None:
    if row.get("name") in known:
        report.present += 1
        return
    try:
        unit = create_unit(actor=actor, new=_asked(row, known))
    except Refusal as refusal:
        detail = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in refusal.fields.items())
        report.wrong.append((row.line, f"{refusal.message} {detail}".strip()))
    except ValueError as error:
        report.wrong.append((row.line, str(error)))
    else:
        known[unit.name] = unit
        report.created.append(unit)


def _asked(row: Row, known: Mapping[str, Unit]) -> NewUnit:
    for name, values in (("kind", _KINDS), ("level", _LEVELS)):
        if row.get(name) not in values:
            raise ValueError(f"{name} is {row.get(name)!r}, not one of {', '.join(sorted(values))}")
    for name in ("parent", "participates_in"):
        if row.get(name) and row.get(name) not in known:
            raise ValueError(f"{name} {row.get(name)!r} is no unit, or its row is wrong")
    kind = _KINDS[row.get("kind")]
    code = row.get("code")
    return NewUnit(
        host=row.get("host") or _host(code, kind),
        name=row.get("name"),
        short_name=row.get("short_name") or row.get("name")[:40],
        kind=kind,
        level=_LEVELS[row.get("level")],
        division_code=code if code.isdigit() else "",
        parent=known.get(row.get("parent")),
        participates_in=known.get(row.get("participates_in")),
    )


def _host(code: str, kind: UnitKind) -> str:
    """Derive a host label from the code: `zx440605` for a committee, else the kind's first letter before it."""
    label = re.sub(r"[^a-z0-9-]", "", code.lower())
    if not label:
        raise ValueError("code is empty and no host is given")
    return f"{'zx' if kind == UnitKind.COMMITTEE else kind.value[0]}{label}"


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError("the file is neither UTF-8 nor GB 18030")


def _xlsx(path: Path) -> Iterator[list[str]]:
    try:
        sheet = load_workbook(path, read_only=True, data_only=True).worksheets[0]
    except Exception as error:  # openpyxl raises whatever its zip and XML readers raise
        raise TableError(f"{path.name}: not an Excel workbook ({type(error).__name__})") from error
    for cells in sheet.iter_rows(values_only=True):
        yield ["" if cell is None else str(cell) for cell in cells]
