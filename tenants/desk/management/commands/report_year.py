"""`zhitong report year`: the yearly summary of a unit, written from its data; with its tables as a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenants.desk.prints import YEAR_FORMATS
from tenants.desk.reports import YearReport, year_report
from zhitong.core.operations import system
from zhitong.ranking.operations import recount
from zhitong.units.models import Host


class Command(BaseCommand):
    """Print the paragraph, or write paragraph and tables into a file."""

    help = "Write the yearly summary of a unit from its data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        parser.add_argument("--unit", required=True, help="the unit's host label (nanhai) or full host")
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument(
            "--out", help=f"a file for paragraph and tables: {', '.join(f'*.{kind}' for kind in YEAR_FORMATS)}"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        label = options["unit"]
        domain = label if "." in label else f"{label}.{settings.BASE_DOMAIN}"
        host = Host.objects.select_related("tenant__parent").filter(domain=domain).first()
        if host is None:
            raise CommandError(f"no unit on host {domain!r}; `zhitong unit list` names them")
        if not 1949 <= options["year"] <= 2100:
            raise CommandError(f"{options['year']} is not a year between 1949 and 2100")
        recount(actor=system(None), year=options["year"])
        with host.tenant:
            report = year_report(host.tenant, options["year"])
        self.stdout.write(report.paragraph)
        if options["out"]:
            self._write(Path(options["out"]), report)

    def _write(self, path: Path, report: YearReport) -> None:
        make = YEAR_FORMATS.get(path.suffix.removeprefix("."))
        if make is None:
            raise CommandError(f"{path.name!r} ends in none of {', '.join(f'.{kind}' for kind in YEAR_FORMATS)}")
        path.write_bytes(make(report, report.unit))
        self.stdout.write(f"{len(report.tables)} tables in {path}")
