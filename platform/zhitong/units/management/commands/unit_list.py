"""`zhitong unit list`: all units with host, kind, level and lifecycle."""

from typing import Any

from django.core.management.base import BaseCommand

from zhitong.units.queries import with_hosts


class Command(BaseCommand):
    """List units."""

    help = "List all units: host, schema, kind, level, lifecycle, name."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        for unit in with_hosts().order_by("level", "division_code", "id"):
            self.stdout.write(
                f"{unit.host or '-'}\t{unit.schema_name}\t{unit.kind}\t{unit.level}\t{unit.lifecycle}\t{unit.name}"
            )
