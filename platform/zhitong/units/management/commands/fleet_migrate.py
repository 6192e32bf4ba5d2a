"""`zhitong fleet migrate`: database schemas of the platform and all units."""

from typing import Any

from django.core.management.base import BaseCommand

from zhitong.units import schemas


class Command(BaseCommand):
    """Bring every schema up to date."""

    help = "Migrate the public schema, the unit template and every unit that is behind."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        behind = schemas.migrate_fleet(verbosity=max(0, options["verbosity"] - 1))
        self.stdout.write(f"fleet is up to date; {len(behind)} unit schema(s) were behind")
