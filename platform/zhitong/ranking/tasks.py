"""Background work of ranking."""

from datetime import timedelta

from celery import shared_task
from django.db import transaction

from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.core.tasks import PlatformTask
from zhitong.ranking.models import RuleSet, StaleYear, Standing
from zhitong.ranking.operations import compute_waiting, recompute, recount


@shared_task(base=PlatformTask, name="zhitong.ranking.tasks.refresh_standings")
def refresh_standings() -> list[int]:
    """Recompute every year that is behind its events; return the years."""
    _mark_a_new_day()
    done: list[int] = []
    for year in StaleYear.objects.order_by("year").values_list("year", flat=True):
        with transaction.atomic():
            # Removed first: an event that comes while this runs makes the year stale anew.
            StaleYear.objects.filter(year=year).delete()
            recount(actor=system(None), year=year)
            for rule_set in RuleSet.objects.order_by("pk"):
                recompute(actor=system(None), rule_set=rule_set, year=year)
        done.append(year)
    return done


def _mark_a_new_day() -> None:
    """Once a day the year is computed anew: a month, quarter or year may have ended, and its quota is decided."""
    today = clock.today()
    begun = clock.start_of(today)
    for year in {today.year, (today - timedelta(days=1)).year}:
        if Standing.objects.filter(year=year, month=0, as_of__lt=begun).exists():
            StaleYear.objects.bulk_create([StaleYear(year=year)], ignore_conflicts=True)


@shared_task(base=PlatformTask, name="zhitong.ranking.tasks.compute_trials")
def compute_trials() -> int:
    """Compute the what-ifs that wait; return how many."""
    return compute_waiting()
