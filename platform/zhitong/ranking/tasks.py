"""Background work of ranking."""

from datetime import timedelta

from celery import shared_task
from django.db import transaction

from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.core.tasks import PlatformTask
from zhitong.ranking.models import RuleSet, StaleMatter, StaleYear, Standing
from zhitong.ranking.operations import compute_waiting, follow, recompute, recount, years_of
from zhitong.ranking.scored import Chronicle

_FOLLOWED = 300
"""Matters that are followed one by one; beyond that it is faster to compute their years as a whole."""


@shared_task(base=PlatformTask, name="zhitong.ranking.tasks.refresh_standings")
def refresh_standings() -> list[int]:
    """Catch up with the events: years that wait as a whole, then single matters; return the years touched."""
    _mark_a_new_day()
    _leave_many_to_years()
    done: list[int] = []
    for year in StaleYear.objects.order_by("year").values_list("year", flat=True):
        with transaction.atomic():
            # Removed first: what comes while this runs waits anew.
            StaleYear.objects.filter(year=year).delete()
            recount(actor=system(None), year=year)
            chronicle = Chronicle()
            for rule_set in RuleSet.objects.order_by("pk"):
                recompute(actor=system(None), rule_set=rule_set, year=year, chronicle=chronicle)
        done.append(year)
    with transaction.atomic():
        waiting = list(StaleMatter.objects.all())
        StaleMatter.objects.filter(pk__in=[row.pk for row in waiting]).delete()
        if waiting:
            done += follow(actor=system(None), stale={(row.matter_id, row.event_id) for row in waiting})
    return sorted(set(done))


def _leave_many_to_years() -> None:
    with transaction.atomic():
        waiting = list(StaleMatter.objects.all())
        matters = {row.matter_id for row in waiting}
        if len(matters) > _FOLLOWED:
            StaleMatter.objects.filter(pk__in=[row.pk for row in waiting]).delete()
            StaleYear.objects.bulk_create([StaleYear(year=year) for year in years_of(matters)], ignore_conflicts=True)


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
