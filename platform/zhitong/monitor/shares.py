"""A part of one unit's items: what a group sent in, or what a person signed. Nobody outside the unit sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q

from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor
from zhitong.people.models import Person, PersonAccount
from zhitong.ranking import figures
from zhitong.ranking.figures import Dimension
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Share:
    """A group or a person of a unit: what it is called, how an address names it, and which items are its."""

    unit: Unit
    name: str
    query: str
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
    return Share(unit, person.name, f"person={person.uuid}", signed)


def of_group(unit: Unit, name: str) -> Share:
    """Return what a group of a unit sent in."""
    return Share(unit, name, urlencode({"group": name}), Q(group_name=name))


def own_person(actor: Actor, unit: Unit) -> Person | None:
    """Return the human behind the actor's account; None where no report of theirs can be known."""
    if actor.user_uuid is None:
        return None
    account = PersonAccount.objects.select_related("person").filter(unit=unit, user_uuid=actor.user_uuid).first()
    return account.person if account else None


def read_share(actor: Actor, unit: Unit, asked: Mapping[str, str]) -> Share:
    """Return the share that an address names, for a reader of the same unit.

    Raises:
        NotAllowed: others' figures are for who may read the ranking.
        NotFound: nobody of that name in the unit.
    """
    actor.require("ranking.read")
    if "person" in asked:
        try:
            key = UUID(asked["person"])
        except ValueError as error:
            raise NotFound from error
        person = Person.objects.filter(uuid=key, accounts__unit=unit).first()
        if person is None:
            raise NotFound
        return of_person(unit, person)
    share = of_group(unit, asked.get("group", ""))
    if not share.name or not unit.item_facts.filter(share.items).exists():
        raise NotFound
    return share


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
