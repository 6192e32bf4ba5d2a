"""What the pages of rankings share: who reads, in which unit, of which period, by which rules."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, QueryDict

from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor
from zhitong.core.text import whole_number
from zhitong.ranking import queries
from zhitong.ranking.models import RuleSet
from zhitong.ranking.periods import Kind, Period, read_period
from zhitong.units.models import Unit
from zhitong.web.parts import SavedFilter


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell: the words of its column, the figure, the list behind it (empty where the reader may not open it)."""

    label: str
    value: str | int
    url: str = ""


def reader(request: HttpRequest) -> tuple[Actor, Unit]:
    """Return who reads and the unit they read in."""
    return request.user.actor, request.tenant  # type: ignore[union-attr, attr-defined]


def is_part(request: HttpRequest) -> bool:
    """Whether a script asks for a part of the page."""
    return bool(request.htmx)  # type: ignore[attr-defined]


def tab_rights(actor: Actor) -> dict[str, bool]:
    """Return which of the tabs over rankings and rules this reader may open."""
    return {
        "may_read": actor.can("ranking.read"),
        "may_configure": actor.can("ranking.configure"),
        "may_enter": actor.can("ranking.enter") or actor.can("ranking.approve"),
    }


def asked_period(request: HttpRequest, own: Unit) -> Period:
    """Return the period that an address asks for (`period_in`)."""
    return period_in(request.GET, own)


def plain(asked: QueryDict) -> dict[str, str]:
    """Return the parameters of an address with their last values."""
    return {name: str(asked[name]) for name in asked}


def period_in(asked: QueryDict, own: Unit) -> Period:
    """Return the period that is asked for, also as two days (`from`, `to`); the days of a term of the unit by its name.

    Raises:
        NotFound: no such period, or one that has not begun.
    """
    given = plain(asked)
    if given.get("from") and given.get("to"):
        given["period"] = f"{given['from']}..{given['to']}"
    when = read_period(given)
    if when.kind != Kind.RANGE:
        return when
    names = {(term.first, term.last): term.name for term in queries.terms(own)}
    return replace(when, name=names.get((when.first, when.last), ""))


def spans(own: Unit, when: Period, base: str) -> dict[str, Any]:
    """Return what the choice of a term or of any days needs; `base` is the page with all that it keeps."""
    join = "&" if "?" in base else "?"
    return {
        "terms": [
            SavedFilter(term.name, f"{base}{join}{term.query}", current=term == when) for term in queries.terms(own)
        ],
        "is_range": when.kind == Kind.RANGE and not when.name,
    }


def rules_in(asked: QueryDict, own: Unit) -> RuleSet | None:
    """Return the set that is asked for, of those that score the reader's unit; None where none is.

    Raises:
        NotFound: no such set for this unit.
    """
    named = asked.get("rules", "")
    if not named:
        return None
    key = whole_number(named)
    if key is None:
        raise NotFound
    return queries.rule_set(own, key)
