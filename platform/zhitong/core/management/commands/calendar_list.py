"""`zhitong calendar list`: what stands over the published calendar in a year."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhitong.core import clock, workday_table


class Command(BaseCommand):
    """List days."""

    help = "List the days of a year that were set over the published calendar."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare arguments."""
        parser.add_argument("year", type=int, nargs="?", help="default: this year")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        for row in workday_table.days_of_year(options["year"] or clock.today().year):
            self.stdout.write(f"{row.day}  {'working' if row.is_working else 'off':7}  {row.reason}")
