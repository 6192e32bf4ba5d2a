"""`zhitong flow import --unit HOST FILE [--into CODE]`: keep a flow file as a draft of the unit."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.review import operations
from zhitong.core.errors import Refusal
from zhitong.core.operations import system
from zhitong.units.queries import unit_at


class Command(BaseCommand):
    """Reads the file and keeps it as a draft; publishing stays with the unit's administrator."""

    help = "Keep a flow file (YAML) as a draft in a unit; its administrator looks at it and publishes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the unit, the file, and whose next version it becomes."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--unit", required=True, help="host of the unit (nanhai, or nanhai.example.org)")
        parser.add_argument(
            "--into", default="", help="code of the flow it becomes the next version of; else a new one"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Keep the draft.

        Raises:
            CommandError: no such file, or what is wrong in it, with the line.
        """
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"no such file: {path}")
        unit = unit_at(options["unit"])
        with unit:
            try:
                made = operations.import_flow(
                    actor=system(unit.pk, "流程导入"), content=path.read_bytes(), flow_code=options["into"]
                )
            except Refusal as refusal:
                raise CommandError("\n".join(refusal.fields.get("definition", [refusal.message]))) from refusal
        self.stdout.write(f"kept as draft {made.number} of flow {made.flow.code}")
