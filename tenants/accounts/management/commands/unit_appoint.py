"""`zhitong unit appoint`: the first administrator of a unit, with an invitation link."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tenants.accounts.operations import appoint_administrator
from zhitong.core.addresses import address
from zhitong.core.operations import system
from zhitong.units.queries import unit_at


class Command(BaseCommand):
    """Appoint a unit's first administrator."""

    help = "Make the first administrator of a unit and print the link; refused once an administrator has signed in."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare arguments."""
        parser.add_argument("--host", required=True)
        parser.add_argument("--username", required=True)
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        unit = unit_at(options["host"])
        path = appoint_administrator(actor=system(None), unit=unit, username=options["username"], name=options["name"])
        self.stdout.write(address(unit.get_primary_domain().domain, path))
