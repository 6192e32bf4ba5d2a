"""Reads over persons: the accounts of one human."""

from uuid import UUID

from django.db.models import F, QuerySet

from zhitong.people.models import PersonAccount
from zhitong.units.models import Lifecycle


def accounts_of(person_uuid: UUID) -> "QuerySet[PersonAccount]":
    """Return the accounts of one human in units that answer, by the unit's name, each with its primary `host`."""
    return (
        PersonAccount.objects.filter(person__uuid=person_uuid, unit__domains__is_primary=True)
        .exclude(unit__lifecycle=Lifecycle.PREPARING)
        .select_related("unit")
        .annotate(host=F("unit__domains__domain"))
        .order_by("unit__short_name")
    )
