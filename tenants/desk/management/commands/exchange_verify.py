"""`zhitong exchange verify`: compare journeys with events, items with dispatches, packets with their hashes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.desk.verifying import unit_faults
from zhitong.exchange.queries import faults
from zhitong.units.models import Unit


class Command(BaseCommand):
    """Verify what crosses units."""

    help = (
        "Compare journeys with events, items with dispatches and packets with hashes; exit 1 when one does not agree."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        found = 0
        for fault in faults():
            found += 1
            self.stderr.write(f"{fault.kind} {fault.uuid}: {fault.reason}")
        units = Unit.objects.order_by("pk")
        for unit in units:
            with unit:
                for fault in unit_faults():
                    found += 1
                    self.stderr.write(f"{unit.short_name}: {fault.kind} {fault.uuid}: {fault.reason}")
        if found:
            raise CommandError(f"{found} fault(s)", returncode=1)
        self.stdout.write(f"the network and {len(units)} unit(s) agree")
