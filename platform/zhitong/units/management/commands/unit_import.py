"""`zhitong unit import`: units in bulk from a table."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhitong.core.operations import system
from zhitong.units.importing import TableError, import_units, read_table


class Command(BaseCommand):
    """Create units from a .csv or .xlsx file."""

    help = (
        "Create units from a .csv or .xlsx with the columns code, name, kind, level, parent (a full name) and perhaps "
        "short_name, participates_in, host. Wrong rows are reported, good ones enter, a second run adds nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare arguments."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run; exit 1 when a row was wrong."""
        try:
            rows = read_table(options["file"])
        except (TableError, OSError) as error:
            raise CommandError(str(error)) from error
        report = import_units(actor=system(None), rows=rows)
        for line, reason in report.wrong:
            self.stderr.write(f"line {line}: {reason}")
        self.stdout.write(f"{len(report.created)} created, {report.present} present before, {len(report.wrong)} wrong")
        if report.wrong:
            raise CommandError("some rows were not imported", returncode=1)
