"""`zhitong demo seed`: the demo province, once."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.models import Max

from zhitong.core import clock, outbox
from zhitong.core.models import OutboxMessage
from zhitong.core.operations import leave_unit
from zhitong.demo.content.items import current_year, nanhai_2019
from zhitong.demo.content.units import units
from zhitong.demo.history import play
from zhitong.demo.world import World, build_people, build_units
from zhitong.ranking.models import StaleYear
from zhitong.ranking.tasks import refresh_standings
from zhitong.units.models import Unit

_SEED = 2019


class Command(BaseCommand):
    """Fill an empty platform with the demo province."""

    help = "Fill an empty platform with the demo province; does nothing when units exist."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if settings.PRODUCTION:
            raise CommandError("the demo province is not for production")
        if (settings.HOME / "demo-seeded").exists():
            self.stdout.write("the demo province stands already")
            return
        if Unit.objects.exists():
            raise CommandError("units exist but the demo was not finished; start anew with `zhitong demo --fresh`")
        self._begun = time.monotonic()
        with connection.cursor() as cursor:
            # A crash while seeding costs a new start, not data: commits need not wait for the disk.
            cursor.execute("SET synchronous_commit = off")
        world = World()
        build_units(world)
        self._say(f"{len(world.units)} units, {len(world.bodies)} external bodies")
        build_people(world)
        self._say(f"{len(world.users)} accounts")
        today = clock.today()
        self._say(f"{play(world, nanhai_2019(_SEED))} items of 南海 2019 with their ways")
        _keep_only_latest_indexing()
        current = sorted(
            current_year(units(), today.year, today, _SEED), key=lambda seed: (seed.submitted_on, seed.key)
        )
        self._say(f"{play(world, current)} items of {today.year} with their ways")
        while outbox.drain():
            pass
        self._say("notices and search documents")
        leave_unit()
        StaleYear.objects.bulk_create([StaleYear(year=2019)], ignore_conflicts=True)
        self._say(f"standings of {', '.join(map(str, refresh_standings()))}")
        (settings.HOME / "demo-seeded").touch()

    def _say(self, words: str) -> None:
        self.stdout.write(f"  {time.monotonic() - self._begun:6.1f} s  {words}")
        self.stdout.flush()


def _keep_only_latest_indexing() -> None:
    """Of the messages of a year long past only the search documents matter: nobody is told today what happened then."""
    pending = OutboxMessage.objects.filter(done_at__isnull=True)
    pending.exclude(topic="items.item.changed").delete()
    latest = pending.values("payload").annotate(last=Max("pk")).values("last")
    pending.exclude(pk__in=list(latest.values_list("last", flat=True))).delete()
