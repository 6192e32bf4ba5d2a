"""`zhitong unit create`: one unit with its host and schema."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from zhitong.core.operations import system
from zhitong.units.models import Level, UnitKind
from zhitong.units.operations import NewUnit, create_unit
from zhitong.units.queries import unit_at


class Command(BaseCommand):
    """Create a unit."""

    help = "Create a unit: its host, its schema cloned from the template, its row; all of it or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare arguments."""
        parser.add_argument("--host", required=True, help="label under the base domain (nanhai)")
        parser.add_argument("--name", required=True, help="full name")
        parser.add_argument("--short-name", required=True, help="name in lists and journeys")
        parser.add_argument("--kind", required=True, choices=UnitKind.values)
        parser.add_argument("--level", required=True, choices=[v for v in Level.values if v != Level.NATIONAL])
        parser.add_argument("--code", default="", help="division code (440605)")
        parser.add_argument("--mark", default="", help="first words of item numbers; the short name's first sign")
        parser.add_argument("--parent", metavar="HOST", help="the unit it reports to, of the same kind")
        parser.add_argument("--participates-in", metavar="HOST", help="the committee it takes part in")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        unit = create_unit(
            actor=system(None),
            new=NewUnit(
                host=options["host"],
                name=options["name"],
                short_name=options["short_name"],
                kind=UnitKind(options["kind"]),
                level=Level(options["level"]),
                division_code=options["code"],
                mark=options["mark"],
                parent=unit_at(options["parent"]) if options["parent"] else None,
                participates_in=unit_at(options["participates_in"]) if options["participates_in"] else None,
            ),
        )
        self.stdout.write(f"created {unit.short_name} at {options['host']}.{settings.BASE_DOMAIN} ({unit.schema_name})")
