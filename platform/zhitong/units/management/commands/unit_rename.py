"""`zhitong unit rename`: another name or division code from a day on; what was before keeps the name of its time."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.units.operations import rename_unit
from zhitong.units.queries import unit_at


class Command(BaseCommand):
    """Rename a unit."""

    help = "Give a unit another name or division code from a day on; what was before keeps the name of its time."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare arguments."""
        parser.add_argument("--host", required=True, help="label under the base domain, or the whole host name")
        parser.add_argument("--name", help="full name (the present one)")
        parser.add_argument("--short-name", help="short name (the present one)")
        parser.add_argument("--division-code", help="division code (the present one)")
        parser.add_argument("--on", type=date.fromisoformat, help="first day of the new name (today)")
        parser.add_argument("--reason", required=True, help="the decision it rests on")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        unit = unit_at(options["host"])
        before = unit.short_name
        change = rename_unit(
            actor=system(None),
            unit=unit,
            name=options["name"] or unit.name,
            short_name=options["short_name"] or unit.short_name,
            division_code=unit.division_code if options["division_code"] is None else options["division_code"],
            effective_on=options["on"] or clock.today(),
            basis=options["reason"],
        )
        self.stdout.write(f"{before} is {change.unit.short_name} from {change.effective_on} on")
