"""`zhitong calendar drop`: leave days to the published calendar again."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhitong.core import workday_table
from zhitong.core.operations import system


class Command(BaseCommand):
    """Drop days."""

    help = "Leave days to the published calendar again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare arguments."""
        parser.add_argument("first", type=date.fromisoformat, metavar="FIRST", help="first day, 2027-02-06")
        parser.add_argument(
            "last", type=date.fromisoformat, nargs="?", metavar="LAST", help="last day (default: FIRST)"
        )
        parser.add_argument("--reason", required=True, help="kept in the audit trail: 放假安排已公布")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        first = options["first"]
        count = workday_table.drop_days(
            actor=system(None), first=first, last=options["last"] or first, reason=options["reason"]
        )
        self.stdout.write(f"dropped {count} day(s)")
