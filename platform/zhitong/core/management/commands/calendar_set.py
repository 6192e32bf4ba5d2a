"""`zhitong calendar set`: days of the working calendar that the published one does not know, or has otherwise."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhitong.core import workday_table
from zhitong.core.operations import system


class Command(BaseCommand):
    """Set days."""

    help = (
        "Say of days whether offices work: a coming year's holidays and make-up days, or a day off for a typhoon. "
        "Limits counted from now on go by it, in every unit; a limit that is set already stays."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare arguments."""
        parser.add_argument("first", type=date.fromisoformat, metavar="FIRST", help="first day, 2027-02-06")
        parser.add_argument(
            "last", type=date.fromisoformat, nargs="?", metavar="LAST", help="last day (default: FIRST)"
        )
        kind = parser.add_mutually_exclusive_group(required=True)
        kind.add_argument("--off", action="store_false", dest="working", help="offices are closed")
        kind.add_argument("--working", action="store_true", dest="working", help="offices work: a make-up day")
        parser.add_argument("--reason", required=True, help="shown to whoever asks why a task is due then: 春节")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        count = workday_table.set_days(
            actor=system(None),
            first=options["first"],
            last=options["last"] or options["first"],
            is_working=options["working"],
            reason=options["reason"],
        )
        self.stdout.write(f"set {count} day(s) as {'working' if options['working'] else 'off'}")
