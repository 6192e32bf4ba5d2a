"""Rows into a file, in the format that was asked for."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from zhitong.core.tables import Sheet, Value, save_csv, save_workbook
from zhitong.documents.kinds import KINDS
from zhitong.exports.models import Format
from zhitong.exports.registry import Exporter

MEDIA_TYPES = {Format.XLSX.value: KINDS["xlsx"].media_type, Format.CSV.value: "text/csv"}


def write(exporter: Exporter, rows: Iterable[Sequence[Value]], out: BinaryIO, wanted: str) -> None:
    """Write rows under the heads of their list; `wanted` is a `Format`."""
    sheet = Sheet(exporter.label, exporter.columns, rows)
    if wanted == Format.XLSX:
        save_workbook([sheet], out)
    else:
        save_csv(sheet, out)
