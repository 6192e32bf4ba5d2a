"""The order in which a way is read: along each line from below, with what branches off set in."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from zhitong.exchange.journeys.stops import Link, Stop
from zhitong.units.models import UnitKind

_DEEPEST = 2  # indents; a phone has no room for more


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of a way: where it began, and its places with how far each is set in.

    Two lines that meet are told together in the first of them; `meets` is where the second one goes on.
    """

    root: Stop
    stops: Sequence[tuple[Stop, int]]
    meets: Stop | None = None

    @property
    def title(self) -> str:
        """Which line it is: 政协线, 党派线, or the kind of unit it comes from."""
        kind = self.root.unit.kind if self.root.unit else UnitKind.COMMITTEE
        return {UnitKind.COMMITTEE: "政协线", UnitKind.PARTY: "党派线", UnitKind.FEDERATION: "工商联线"}.get(
            UnitKind(kind), "团体线"
        )


def branches_of(stops: Sequence[Stop], links: Sequence[Link]) -> list[Branch]:
    """Return the lines of a way, the one that goes furthest first; each place stands in exactly one of them."""
    return _Reading(stops, links).branches()


class _Reading:
    def __init__(self, stops: Sequence[Stop], links: Sequence[Link]) -> None:
        self.stops = {stop.key: stop for stop in stops}
        self.ahead: dict[str, list[str]] = defaultdict(list)
        entered = set()
        for link in links:
            self.ahead[link.source].append(link.target)
            entered.add(link.target)
        self.roots = [stop.key for stop in stops if stop.key not in entered] or [stop.key for stop in stops[:1]]
        self.lengths: dict[str, int] = {}
        self.told: set[str] = set()

    def branches(self) -> list[Branch]:
        found = []
        for root in sorted(self.roots, key=self._length, reverse=True):
            told: list[tuple[Stop, int]] = []
            meets = self._tell(root, 0, told)
            found.append(Branch(self.stops[root], told, meets))
        return found

    def _length(self, key: str) -> int:
        """Return how many places still follow behind one, at most."""
        if key not in self.lengths:
            self.lengths[key] = 0  # a ring, which no operation can make, ends here
            self.lengths[key] = 1 + max((self._length(one) for one in self.ahead[key]), default=0)
        return self.lengths[key]

    def _tell(self, key: str, indent: int, told: list[tuple[Stop, int]]) -> Stop | None:
        """Add a place and all behind it that is not told yet; return where the way goes on in what is told already."""
        self.told.add(key)
        told.append((self.stops[key], indent))
        meets = None
        # The longest way goes on straight, so it comes last: what branches off stands between.
        for number, one in enumerate(sorted(self.ahead[key], key=self._length)):
            is_last = number == len(self.ahead[key]) - 1
            if one in self.told:
                meets = self.stops[one]
            else:
                meets = self._tell(one, indent if is_last else min(indent + 1, _DEEPEST), told) or meets
        return meets
