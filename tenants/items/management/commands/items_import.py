"""`zhitong items import --unit HOST FILE`: enter an old register (.xlsx, .csv or .jsonl) into a unit's archive."""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenants.items import operations
from tenants.items.imports import RawRow, WrongRow, read_rows
from tenants.items.operations import ImportReport
from zhitong.core.errors import Refusal
from zhitong.core.operations import system
from zhitong.units.models import Unit

_CHUNK = 200  # rows a transaction


class Command(BaseCommand):
    """Reads the file, enters rows chunk by chunk, prints what happened to which line."""

    help = "Import an old register (.xlsx, .csv or .jsonl) into a unit's archive; a second run adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the unit's host, the file, and the trial run."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--unit", required=True, help="host of the unit (nanhai, or nanhai.example.org)")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the import.

        Raises:
            CommandError: no such unit or file, or the file cannot be read at all.
        """
        path: Path = options["file"]
        unit = _unit(options["unit"])
        if not path.is_file():
            raise CommandError(f"no such file: {path}")
        enter = operations.try_import if options["dry_run"] else operations.import_items
        report = ImportReport()
        with unit:
            actor = system(unit.pk, "历史信息导入")
            try:
                for chunk in _chunks(read_rows(path)):
                    report.take(enter(actor=actor, rows=chunk))
            except Refusal as refusal:
                raise CommandError(refusal.message) from refusal
        self._print(report, "would be added" if options["dry_run"] else "added")

    def _print(self, report: ImportReport, verb: str) -> None:
        for wrong in report.failed:
            self.stdout.write(f"line {wrong.line}: not entered: {wrong.reason}")
        for note in report.notes:
            self.stdout.write(f"line {note.line}: note: {note.reason}")
        failed, noted = len(report.failed), len(report.notes)
        self.stdout.write(f"{report.added} {verb}, {report.known} already there, {failed} wrong, {noted} notes")


def _unit(host: str) -> Unit:
    names = [host, f"{host}.{settings.BASE_DOMAIN}"]
    unit: Unit | None = Unit.objects.filter(domains__domain__in=names).first()
    if unit is None:
        raise CommandError(f"no unit has the host {host}")
    return unit


def _chunks(rows: Iterable[RawRow | WrongRow]) -> Iterator[list[RawRow | WrongRow]]:
    source = iter(rows)
    while chunk := list(islice(source, _CHUNK)):
        yield chunk
