"""`zhitong demo seed`: the demo province, once."""

import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Max

from search.models import Upkeep
from search.operations import ask_upkeep
from search.tasks import learn_suggestions, refresh_hot_subjects
from zhitong.core import clock, outbox
from zhitong.core.models import OutboxMessage
from zhitong.core.operations import leave_unit, system
from zhitong.demo.circulars import publish_circulars
from zhitong.demo.content.items import current_year, nanhai_2019
from zhitong.demo.content.units import units
from zhitong.demo.dealings import play_dealings
from zhitong.demo.duties import play_duties, score_people
from zhitong.demo.handling import pass_on_lately
from zhitong.demo.hands import commit_without_waiting, hands
from zhitong.demo.history import play
from zhitong.demo.papers import send_down
from zhitong.demo.proposals import file_proposals
from zhitong.demo.world import World, build_people, build_units
from zhitong.parts.home import SEEDED
from zhitong.ranking.models import StaleYear
from zhitong.ranking.tasks import refresh_standings
from zhitong.units.models import Unit

_SEED = 2019
_READ_AFTER = timedelta(days=30)
_ALARMS = ("review.task.due", "review.task.due_soon")
_AT_A_TIME = 1000  # messages


class Command(BaseCommand):
    """Fill an empty platform with the demo province."""

    help = "Fill an empty platform with the demo province; does nothing when units exist."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if settings.PRODUCTION:
            raise CommandError("the demo province is not for production")
        if (settings.HOME / SEEDED).exists():
            self.stdout.write("the demo province stands already")
            return
        if Unit.objects.exists():
            raise CommandError("units exist but the demo was not finished; start anew with `zhitong demo --fresh`")
        self._begun = time.monotonic()
        commit_without_waiting()
        world = World()
        build_units(world)
        self._say(f"{len(world.units)} units, {len(world.bodies)} external bodies")
        build_people(world)
        score_people(world)
        self._say(f"{len(world.users)} accounts")
        today = clock.today()
        past = nanhai_2019(_SEED)
        current = sorted(
            current_year(units(), today.year, today, _SEED), key=lambda seed: (seed.submitted_on, seed.key)
        )
        leave_unit()
        with hands() as several:
            played = several.map(play, (world, world), (past, current))
            for count, what in zip(played, ("南海 2019", f"{today.year}"), strict=True):
                self._say(f"{count} items of {what} with their ways")
            self._say(f"{pass_on_lately(world)} items passed on for handling")
            self._say(f"{file_proposals(world, today, current, _SEED)} filed proposals")
            self._say(f"{send_down(world)} calls, notices and exemplars with answers")
            play_dealings(world, today, _SEED)
            self._say("what units have open between them")
            _forget_what_was_read(clock.now() - _READ_AFTER)
            # Both until nothing is left: what one handles may give the other work.
            while any(several.map(outbox.drain, (_AT_A_TIME, _AT_A_TIME))):
                pass
        self._say("notices and search documents")
        StaleYear.objects.bulk_create([StaleYear(year=year) for year in (2019, today.year)], ignore_conflicts=True)
        self._say(f"standings of {', '.join(map(str, refresh_standings()))}")
        self._say(f"{publish_circulars(world)} circulars")
        self._say(f"{play_duties(world)} targets, records of duties, honours")
        while outbox.drain(_AT_A_TIME):
            pass
        ask_upkeep(actor=system(None), kind=Upkeep.Kind.SWEEP)  # the worker does it while people look around
        self._say(f"{learn_suggestions()} models of suggestions, {refresh_hot_subjects()} hot subjects")
        (settings.HOME / SEEDED).touch()

    def _say(self, words: str) -> None:
        self.stdout.write(f"  {time.monotonic() - self._begun:6.1f} s  {words}")
        self.stdout.flush()


def _forget_what_was_read(before: datetime) -> None:
    """Drop messages from before that moment, of which only the latest search documents matter: people have read them.

    An alarm counts by when it rings, not by when it was set.
    """
    pending = OutboxMessage.objects.filter(done_at__isnull=True)
    old = pending.filter(created_at__lt=before).exclude(topic="items.item.changed")
    old.exclude(topic__in=_ALARMS, available_at__gte=before).delete()
    changed = pending.filter(topic="items.item.changed")
    latest = changed.values("payload").annotate(last=Max("pk")).values("last")
    changed.exclude(pk__in=list(latest.values_list("last", flat=True))).delete()
