"""`zhitong ranking schema`: the JSON Schema of rule sets."""

from typing import Any

from django.core.management.base import BaseCommand

from zhitong.ranking.scoring import SCHEMA_FILE


class Command(BaseCommand):
    """Print the schema, for editors that check and complete while one writes."""

    help = "Print the JSON Schema of rule sets; needs no database."
    needs_servers = False
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        self.stdout.write(SCHEMA_FILE.read_text(encoding="utf-8"), ending="")
