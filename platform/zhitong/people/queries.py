"""Reads over persons: the accounts of one human."""

from uuid import UUID

from django.db.models import QuerySet

from zhitong.people.models import PersonAccount
from zhitong.units.models import Lifecycle


def accounts_of(person_uuid: UUID) -> QuerySet[PersonAccount]:
    """Return the accounts of one human in units that answer, by the unit's level and name."""
    return (
        PersonAccount.objects.filter(person__uuid=person_uuid)
        .exclude(unit__lifecycle=Lifecycle.PREPARING)
        .select_related("unit")
        .order_by("unit__level", "unit__short_name")
    )
