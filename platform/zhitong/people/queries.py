"""Reads over persons: the accounts that a human joined."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F, QuerySet

from zhitong.people.models import Person, PersonAccount
from zhitong.units.models import Lifecycle


def accounts_of(person_uuid: UUID) -> "QuerySet[PersonAccount]":
    """Return the accounts that one human joined, in units that answer, by the unit's name; none of who joined none.

    Each has the unit's primary `host`.
    """
    joined = Person.objects.filter(uuid=person_uuid, joined__isnull=False).values("joined")
    return (
        PersonAccount.objects.filter(person__joined__in=joined, unit__domains__is_primary=True)
        .exclude(unit__lifecycle=Lifecycle.PREPARING)
        .select_related("unit")
        .annotate(host=F("unit__domains__domain"))
        .order_by("unit__short_name")
    )


def units_of_their_people(units: Collection[int]) -> set[int]:
    """Return the units (keys) where the persons of some units have, or had, an account: these, and others."""
    theirs = PersonAccount.objects.filter(person__accounts__unit__in=units)
    return set(theirs.order_by().values_list("unit", flat=True).distinct())


def same_human(person: Person) -> "QuerySet[Person]":
    """Return all persons of the human who is `person`: those joined to it, or it alone."""
    if person.joined is None:
        return Person.objects.filter(pk=person.pk)
    return Person.objects.filter(joined=person.joined)
