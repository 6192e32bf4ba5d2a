"""`zhitong unit close`: no new work, the archive stays readable."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhitong.core.operations import system
from zhitong.units.operations import close_unit
from zhitong.units.queries import unit_at


class Command(BaseCommand):
    """Close a unit."""

    help = "Close a unit: nobody begins new work there, its archive stays readable."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare arguments."""
        parser.add_argument("--host", required=True, help="label under the base domain, or the whole host name")
        parser.add_argument("--reason", required=True, help="the decision it rests on")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        unit = close_unit(actor=system(None), unit=unit_at(options["host"]), reason=options["reason"])
        self.stdout.write(f"closed {unit.short_name}; its archive stays readable")
