"""`zhitong search sweep`: what units hold against what is found, and that against the index; what differs is mended."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.backend import EngineDown
from search.sweeping import Swept, sweep, sweep_index
from zhitong.units.queries import unit_at


class Command(BaseCommand):
    """Sweep; the exit code is 1 when something differed, and it is mended then."""

    help = "Compare items with search documents and these with the index, both ways, and mend what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare units and depth."""
        parser.add_argument("--unit", action="append", default=[], help="host label of a unit; all without it")
        parser.add_argument("--deep", action="store_true", help="compare every word and right, not versions alone")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run, and print what was found."""
        units = [unit_at(host) for host in options["unit"]] or None
        swept = sweep(units, deep=options["deep"])
        self._say("documents", swept)
        clean = swept.is_clean
        if units is None:
            try:
                index = sweep_index()
            except EngineDown as error:
                raise CommandError(f"documents are swept, the index is not: {error}") from error
            self._say("index", index)
            clean &= index.is_clean
        if not clean:
            raise CommandError("there were differences; they are mended, a second run should find none")

    def _say(self, what: str, swept: Swept) -> None:
        self.stdout.write(
            f"{what}: {swept.checked} checked, {swept.missing} missing, {swept.outdated} outdated,"
            f" {swept.surplus} surplus{' in ' + ', '.join(swept.units) if swept.units else ''}"
        )
