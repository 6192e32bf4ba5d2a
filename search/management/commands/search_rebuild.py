"""`zhitong search rebuild`: the index made anew beside the one in use, or all documents' words in PostgreSQL."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from search.backend import EngineDown
from search.cutting import CutterLost
from search.elastic.building import BuildingElsewhere
from search.models import Build, Upkeep
from search.rewriting import rewrite
from search.upkeep import perform
from zhitong.core import clock
from zhitong.core.locks import UPKEEP, held

_EVERY = 5.0  # seconds between lines


class Command(BaseCommand):
    """Build, with progress and rate; broken off, it goes on where it stopped."""

    help = "Make the search index anew; people search in the old one until the new one is whole."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare which of the two is made anew."""
        parser.add_argument(
            "--words", action="store_true", help="cut all texts anew in PostgreSQL, after the words themselves changed"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run, and say how far and how fast."""
        self._began = self._said = time.monotonic()
        try:
            if options["words"] and settings.SEARCH_BACKEND != "postgres":
                written = rewrite(self._progress)
            else:
                written = self._rebuilt()
        except (EngineDown, BuildingElsewhere, CutterLost) as error:
            raise CommandError(f"{error}; run the same command again to go on") from error
        seconds = max(time.monotonic() - self._began, 0.001)
        self.stdout.write(f"{written} documents, {written / seconds:.0f} a second")
        if options["words"] and Build.objects.filter(state=Build.State.IN_USE).exists():
            self.stdout.write("the index of the engine has the old words: run `zhitong search rebuild`")

    def _rebuilt(self) -> int:
        with held(UPKEEP) as free:
            if not free:
                raise CommandError("another process sweeps or rebuilds at this moment")
            one = Upkeep(kind=Upkeep.Kind.REBUILD, asked_by="zhitong search rebuild", asked_at=clock.now())
            return perform(one, self._progress).done

    def _progress(self, written: int, total: int) -> None:
        moment = time.monotonic()
        if moment - self._said < _EVERY:
            return
        self._said = moment
        rate = written / (moment - self._began)
        left = max(0, total - written) / rate if rate else 0
        self.stdout.write(f"{written} of {total}, {rate:.0f} a second, {left / 60:.0f} minutes left")
