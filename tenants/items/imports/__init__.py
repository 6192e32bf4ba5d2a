"""Reading old registers: files into raw rows, raw rows into archive rows. No writes; those are in operations."""

from tenants.items.imports.archive import ArchiveRow, Outcome, to_archive
from tenants.items.imports.reading import read_rows
from zhitong.core.tables import RawRow, WrongRow

__all__ = ["ArchiveRow", "Outcome", "RawRow", "WrongRow", "read_rows", "to_archive"]
