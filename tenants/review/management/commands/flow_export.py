"""`zhitong flow export --unit HOST CODE [FILE]`: write a version of a flow as a file that other units can take in."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.review.definition import write_file
from tenants.review.queries import flows, get_flow
from zhitong.core.errors import NotFound
from zhitong.units.queries import unit_at


class Command(BaseCommand):
    """Writes YAML to a file, or to the terminal."""

    help = "Write a version of a unit's flow as YAML, to a file or to the terminal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the unit, the flow, the file and the version."""
        parser.add_argument("code", help="code of the flow (main)")
        parser.add_argument("file", nargs="?", type=Path, help="file to write; left out: the terminal")
        parser.add_argument("--unit", required=True, help="host of the unit (nanhai, or nanhai.example.org)")
        parser.add_argument("--version-number", type=int, help="default: the version in use, else the newest")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the file.

        Raises:
            CommandError: no such flow or version in the unit.
        """
        with unit_at(options["unit"]):
            try:
                row = get_flow(options["code"])
            except NotFound:
                known = ", ".join(one.flow.code for one in flows())
                raise CommandError(f"no flow {options['code']!r} in this unit; it has: {known}") from None
            wanted = options["version_number"]
            found = (row.in_use or row.versions[0]) if wanted is None else row.numbered(wanted)
            if found is None:
                raise CommandError(f"flow {row.flow.code!r} has no version {wanted}")
            content = write_file(row.flow.name, found.version.definition)
        target: Path | None = options["file"]
        if target is None:
            self.stdout.write(content.decode(), ending="")
            return
        target.write_bytes(content)
        self.stdout.write(f"wrote version {found.version.number} of {row.flow.code} to {target}")
