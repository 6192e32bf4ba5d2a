"""A part of one unit's items: what a group sent in, or what a person signed. Nobody outside the unit sees it."""

from dataclasses import dataclass

from django.db.models import Q

from zhitong.core.operations import Actor
from zhitong.people.models import Person, PersonAccount
from zhitong.ranking import figures
from zhitong.ranking.figures import Dimension
from zhitong.ranking.narrowing import Narrowing
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Share:
    """A group or a person of a unit: what it is called, which part of a count it is, and which items are its."""

    unit: Unit
    name: str
    part: Narrowing
    items: Q


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a list of groups or persons: what came in from them and was adopted by the unit."""

    share: Share
    received: int
    adopted: int


def of_person(unit: Unit, person: Person) -> Share:
    """Return what a person signed in a unit."""
    signed = Q(authors__contains=[{"person": str(person.uuid)}])
    return Share(unit, person.name, Narrowing(person=person.uuid), signed)


def of_group(unit: Unit, name: str) -> Share:
    """Return what a group of a unit sent in."""
    return Share(unit, name, Narrowing(by=Dimension.GROUP, value=name), Q(group_name=name))


def own_person(actor: Actor, unit: Unit) -> Person | None:
    """Return the human behind the actor's account; None where no report of theirs can be known."""
    if actor.user_uuid is None:
        return None
    account = PersonAccount.objects.select_related("person").filter(unit=unit, user_uuid=actor.user_uuid).first()
    return account.person if account else None


def groups(unit: Unit, when: Period) -> list[Part]:
    """Return the groups that sent most, each with its items."""
    found = figures.breakdown(when, [unit.pk], Dimension.GROUP)
    parts = [Part(of_group(unit, name), each.received, each.adopted) for name, each in found.items() if name]
    return _most(parts)


def persons(unit: Unit, when: Period) -> list[Part]:
    """Return the persons that sent most; whoever has no account in the unit any more is left out."""
    found = figures.by_person(when, [unit.pk])
    known = Person.objects.filter(uuid__in=found, accounts__unit=unit).distinct()
    return _most([Part(of_person(unit, one), found[one.uuid].received, found[one.uuid].adopted) for one in known])


def _most(parts: list[Part]) -> list[Part]:
    sent = [part for part in parts if part.received]
    return sorted(sent, key=lambda part: (-part.received, -part.adopted, part.share.name))[:_SHOWN]
