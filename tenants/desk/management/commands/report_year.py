"""`zhitong report year --unit HOST --year YYYY`: the figures of a year in the words of the yearly summary."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tenants.desk.reports import year_summary
from zhitong.core import clock
from zhitong.units.queries import unit_at


class Command(BaseCommand):
    """Write the paragraph from the unit's data."""

    help = "Write the paragraph of a unit's yearly summary from its data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        parser.add_argument("--unit", required=True, help="host of the unit (nanhai, or nanhai.example.org)")
        parser.add_argument("--year", type=int, help="the year to tell (default: the present one)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        unit = unit_at(options["unit"])
        with unit:
            self.stdout.write(year_summary(unit, options["year"] or clock.today().year))
