"""`zhitong audit verify`: walk the audit chains and name each break."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhitong.core import audit
from zhitong.units.models import Unit
from zhitong.units.queries import unit_at


class Command(BaseCommand):
    """Verify audit chains."""

    help = "Verify the audit chain of one unit, or of the platform and all units; exit 1 when one does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare arguments."""
        parser.add_argument("--unit", metavar="HOST", help="one unit instead of all")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        chains = {0: "platform"} | {unit.pk: unit.short_name for unit in Unit.objects.all()}
        if options["unit"]:
            unit = unit_at(options["unit"])
            chains = {unit.pk: unit.short_name}
        broken = 0
        for key, name in chains.items():
            for found in audit.verify(key):
                broken += 1
                self.stderr.write(f"{name}: strand {found.strand}, entry {found.seq}: {found.reason}")
        if broken:
            raise CommandError(f"{broken} break(s) in {len(chains)} chain(s)", returncode=1)
        self.stdout.write(f"{len(chains)} chain(s) hold")
