"""`zhitong search sweep`: what units hold against what is found, and that against the index; what differs is mended."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.backend import EngineDown
from search.models import Upkeep
from search.sweeping import Swept, sweep
from search.upkeep import found, perform
from zhitong.core import clock
from zhitong.core.locks import UPKEEP, held
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
        units = [unit_at(host) for host in options["unit"]]
        if units:
            parts = {"documents": sweep(units, deep=options["deep"])}
        else:
            with held(UPKEEP) as free:
                if not free:
                    raise CommandError("another process sweeps or rebuilds at this moment")
                one = Upkeep(kind=Upkeep.Kind.SWEEP, asked_by="zhitong search sweep", asked_at=clock.now())
                try:
                    perform(one, deep=options["deep"])
                except EngineDown as error:
                    self._say("documents", found(one, "documents"))
                    raise CommandError(f"documents are swept, the index is not: {error}") from error
            parts = {part: found(one, part) for part in ("documents", "index")}
        for part, swept in parts.items():
            self._say(part, swept)
        if not all(swept.is_clean for swept in parts.values()):
            raise CommandError("there were differences; they are mended, a second run should find none")

    def _say(self, what: str, swept: Swept) -> None:
        self.stdout.write(
            f"{what}: {swept.checked} checked, {swept.missing} missing, {swept.outdated} outdated,"
            f" {swept.surplus} surplus{' in ' + ', '.join(swept.units) if swept.units else ''}"
        )
