"""The hot subjects as the dashboards show them: of the network for who looks over it, of the own archive."""

from django.urls import reverse

from search.clusters import hot_subjects
from search.clusters.subjects import OVER_ALL, OWN
from search.hot_views import NETWORK, UNIT, trend
from zhitong.core.operations import Actor
from zhitong.monitor.hot import Hot, Subject, register
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit


def _hot(actor: Actor, unit: Unit | None, when: Period, most: int) -> Hot | None:
    if not actor.can(OWN if unit else OVER_ALL):
        return None
    found = hot_subjects(actor, unit, when.first, when.last, most)
    return Hot(
        [
            Subject(one.name, one.items, one.units, trend(one), reverse("search:hot_items", args=[one.pk]))
            for one in found
        ],
        f"{reverse('search:hot')}?{when.query}&scope={UNIT if unit else NETWORK}",
        found[0].computed_at if found else None,
    )


register(_hot)
