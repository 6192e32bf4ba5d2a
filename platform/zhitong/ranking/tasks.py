"""Background work of ranking."""

from celery import shared_task
from django.db import transaction

from zhitong.core.operations import system
from zhitong.core.tasks import PlatformTask
from zhitong.ranking.models import RuleSet, StaleYear
from zhitong.ranking.operations import recompute


@shared_task(base=PlatformTask, name="zhitong.ranking.tasks.refresh_standings")
def refresh_standings() -> list[int]:
    """Recompute every year that events have made stale; return the years."""
    done: list[int] = []
    for year in StaleYear.objects.order_by("year").values_list("year", flat=True):
        with transaction.atomic():
            # Removed first: an event that comes while this runs makes the year stale anew.
            StaleYear.objects.filter(year=year).delete()
            for rule_set in RuleSet.objects.order_by("pk"):
                recompute(actor=system(None), rule_set=rule_set, year=year)
        done.append(year)
    return done
