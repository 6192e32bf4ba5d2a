"""Corrected editions of a circular, also where it was passed on: which one took its place, and which of it is here.

A correction replaces the paper of the unit that issued it. Whoever got a copy that another unit passed on finds the
correction by the way the copy came, and of the correction the copy that came to their own unit.
"""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from zhitong.core.operations import require_unit
from zhitong.exchange.models import Paper

_LEVELS = 4  # province, city, county and branch: nothing is passed on further
# The keys of a paper and of what it was passed on from, step by step.
_KEYS = [f"{'parent__paper__' * depth}pk" for depth in range(_LEVELS)]


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition before or after one's own: as it was issued, and the copy of it that the unit in force has.

    `here` is None where it has not come to the unit: then nothing but that it exists is to be told.
    """

    issued: Paper
    here: Paper | None


def after(paper: Paper) -> Edition | None:
    """Return the corrected edition that took the place of a paper, or of what it was passed on from; None without."""
    found = _standing().filter(replaces__in=_sources(paper)).first()
    return Edition(found, _here(found, paper)) if found else None


def before(paper: Paper) -> Edition | None:
    """Return the edition that a paper, or what it was passed on from, corrects; None for what corrects nothing."""
    found = Paper.objects.select_related("unit").filter(replaced_by__in=_sources(paper)).first()
    return Edition(found, _here(found, paper)) if found else None


def _standing() -> QuerySet[Paper]:
    return Paper.objects.filter(withdrawn_at__isnull=True).select_related("unit").order_by("-published_at", "-pk")


def _sources(paper: Paper) -> list[int]:
    """Return the keys of a paper and of all that it was passed on from."""
    return [key for key in Paper.objects.filter(pk=paper.pk).values_list(*_KEYS)[0] if key]


def _here(edition: Paper, other: Paper) -> Paper | None:
    """Return the copy of an edition that this unit has: from whom it had the other one, if that one sent it too."""
    copies = Q()
    for key in _KEYS:
        copies |= Q(**{key: edition.pk})
    unit_id = require_unit()
    found = list(_standing().filter(copies).filter(Q(unit=unit_id) | Q(deliveries__receiver=unit_id)).distinct())
    return next((one for one in found if one.unit_id == other.unit_id), next(iter(found), None))
