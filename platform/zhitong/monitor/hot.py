"""Hot subjects (热点) on a dashboard. The search finds them, which stands above this app: it registers how.

hot.register(lambda actor, unit, when, most: Hot([Subject(...)], url, computed_at))
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from zhitong.core.operations import Actor
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit
from zhitong.web.parts import Change


@dataclass(frozen=True, slots=True)
class Subject:
    """What many items of a period are about: how many items of how many units, the change, the list of as many."""

    name: str
    items: int
    units: int
    change: Change
    url: str


@dataclass(frozen=True, slots=True)
class Hot:
    """The subjects of a period, the hottest first; `url` leads to all of them, `as_of` is when they were computed."""

    subjects: Sequence[Subject]
    url: str
    as_of: datetime | None


Find = Callable[[Actor, Unit | None, Period, int], Hot | None]
"""Of an actor, the unit in force (None: the network), a period and how many at most; None for whom it is not open."""

_finders: list[Find] = []


def register(find: Find) -> None:
    """Say how hot subjects are found; called once at start.

    Raises:
        ValueError: somebody else did already.
    """
    if _finders and _finders[0] is not find:
        raise ValueError("hot subjects are found in one way")
    _finders[:] = [find]


def hot(actor: Actor, own: Unit, unit: Unit | None, when: Period, most: int) -> Hot | None:
    """Return the hot subjects of what is looked at: the network, or the reader's own unit; None for any other.

    What is behind a subject of another unit's archive is that unit's alone.
    """
    if unit is not None and unit.pk != own.pk:
        return None
    return next((find(actor, unit, when, most) for find in _finders), None)
