"""`zhitong people import --unit HOST FILE`: accounts from a list (.xlsx, .csv or .jsonl), and the links for them."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.accounts import operations
from tenants.accounts.imports import Fate, Line, plan_people, read_people
from zhitong.core.addresses import address
from zhitong.core.errors import InvalidInput
from zhitong.core.operations import system
from zhitong.units.models import Unit
from zhitong.units.queries import unit_at


class Command(BaseCommand):
    """Reads the file, says what becomes of each line, and prints one link for each new account."""

    help = "Import people (.xlsx, .csv or .jsonl) into a unit and print their invitation links; twice adds nobody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the unit's host, the file, and the trial run."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--unit", required=True, help="host of the unit (nanhai, or nanhai.example.org)")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the import.

        Raises:
            CommandError: no such file, or it cannot be read at all.
        """
        path: Path = options["file"]
        unit = unit_at(options["unit"])
        if not path.is_file():
            raise CommandError(f"no such file: {path}")
        with unit:
            try:
                with path.open("rb") as file:
                    lines = plan_people(read_people(file, path.name))
            except InvalidInput as refusal:
                raise CommandError(refusal.message) from refusal
            counts = {fate: sum(1 for line in lines if line.fate is fate) for fate in Fate}
            self._print(lines)
            if not options["dry_run"]:
                refused = self._enter(unit, lines)
                counts[Fate.NEW] -= refused
                counts[Fate.WRONG] += refused
        verb = "would be added" if options["dry_run"] else "added"
        self.stdout.write(f"{counts[Fate.NEW]} {verb}, {counts[Fate.KNOWN]} already there, {counts[Fate.WRONG]} wrong")

    def _print(self, lines: list[Line]) -> None:
        for line in lines:
            if line.fate is Fate.WRONG:
                self.stdout.write(f"line {line.line}: not entered: {line.words}")
            elif line.words:
                self.stdout.write(f"line {line.line}: note: {line.words}")

    def _enter(self, unit: Unit, lines: list[Line]) -> int:
        """Enter the new ones, print their links (valid once) and return how many were refused after all."""
        actor = system(unit.pk, "名册导入")
        new = [line.person for line in lines if line.person]
        host = unit.get_primary_domain().domain
        refused = 0
        for start in range(0, len(new), operations.PEOPLE_AT_ONCE):
            chunk = new[start : start + operations.PEOPLE_AT_ONCE]
            for one in operations.import_people(actor=actor, people=chunk):
                if one.user is None:
                    refused += 1
                    self.stdout.write(f"line {one.person.line}: not entered: {one.reason}")
                else:
                    link = address(host, operations.invite(actor=actor, user=one.user))
                    self.stdout.write(f"line {one.person.line}: {one.user.name}\t{one.user.username}\t{link}")
        return refused
