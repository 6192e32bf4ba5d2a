"""Dossiers handed from one unit to another with the person's consent: who may see what, and whether it is unchanged."""

from uuid import UUID

from django.db.models import QuerySet

from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor
from zhitong.exchange.packets import digest
from zhitong.people.models import Person, PersonAccount
from zhitong.people.queries import same_human
from zhitong.ranking.models import DossierTransfer
from zhitong.units.models import Unit

# Figures and names of honours: what a dossier may carry out of its unit. No title, no text, no name of anybody else.
FIELDS = frozenset({"name", "unit", "years"})
YEAR_FIELDS = frozenset({"year", "group", "figures", "points", "duties", "awards"})


def own_person(actor: Actor, unit: Unit) -> Person:
    """Return the human behind the actor's account in a unit.

    Raises:
        NotFound: there is no such account.
    """
    account = PersonAccount.objects.select_related("person").filter(unit=unit, user_uuid=actor.user_key).first()
    if account is None:
        raise NotFound
    return account.person


def units_of(person: Person) -> list[Unit]:
    """Return the units in which a human has joined accounts, in the order of their names; one where none was joined."""
    accounts = (
        PersonAccount.objects.filter(person__in=same_human(person))
        .select_related("unit")
        .order_by("unit__short_name", "pk")
    )
    return list({account.unit_id: account.unit for account in accounts}.values())


def transfers_of(person: Person) -> QuerySet[DossierTransfer]:
    """Return what somebody consented to, latest first, withdrawn consents too."""
    rows = DossierTransfer.objects.filter(person__in=same_human(person)).select_related("source", "receiver")
    return rows.order_by("-consented_at", "-pk")


def received(unit: Unit, person_uuid: UUID | None) -> list[DossierTransfer]:
    """Return the dossiers of somebody that other units handed to `unit` and the person still consents to."""
    person = Person.objects.filter(uuid=person_uuid).first() if person_uuid else None
    if person is None:
        return []
    rows = DossierTransfer.objects.filter(
        receiver=unit, person__in=same_human(person), withdrawn_at__isnull=True, frozen_at__isnull=False
    )
    return list(rows.select_related("source").order_by("source__short_name", "pk"))


def is_unchanged(transfer: DossierTransfer) -> bool:
    """Return whether what was handed over is what its hash says."""
    return digest(transfer.content or {}) == transfer.sha256
