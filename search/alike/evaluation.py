"""How well pairs are told apart: what each relation was called, precision and recall, and what fingerprints reach."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from search.alike.comparing import Kind, compare
from search.alike.fingerprints import candidate, fingerprint, heaviest
from search.alike.graded import RELATIONS, Pair
from search.alike.reading import Reading
from search.alike.weights import Weights

COPIES = frozenset({"verbatim", "reworked"})
EVENTS = frozenset({"same_event", "same_issue"})
DECOY = "same_text_other_matter"
_SAME = frozenset({Kind.VERBATIM, Kind.REWORKED, Kind.SAME_MATTER})


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair with the kind it was given, and whether their fingerprints bring the two together."""

    pair: Pair
    kind: Kind
    reached: bool


@dataclass(frozen=True, slots=True)
class Rate:
    """What was found of what should be (`recall`), and what should be of what was found (`precision`).

    Either is None where nothing is counted.
    """

    wanted: int
    found: int
    right: int

    @property
    def recall(self) -> float | None:
        """The share of the wanted that was found."""
        return self.right / self.wanted if self.wanted else None

    @property
    def precision(self) -> float | None:
        """The share of the found that was wanted."""
        return self.right / self.found if self.found else None


def judge(pairs: Sequence[Pair], texts: dict[str, Reading]) -> list[Judged]:
    """Compare every pair, with the words weighed over all `texts`."""
    weights = Weights.of(texts.values())
    prints = {name: fingerprint(texts[name], weights) for pair in pairs for name in (pair.one, pair.other)}
    return [
        Judged(
            pair,
            compare(texts[pair.one], texts[pair.other], weights).kind,
            candidate(prints[pair.one].bands, heaviest(texts[pair.one], weights), prints[pair.other]),
        )
        for pair in pairs
    ]


def confusion(judged: Sequence[Judged]) -> dict[str, Counter[Kind]]:
    """Return for each relation that occurs how often it was given each kind."""
    return {
        relation: Counter(one.kind for one in judged if one.pair.relation == relation)
        for relation in RELATIONS
        if any(one.pair.relation == relation for one in judged)
    }


def of_kind(judged: Sequence[Judged], kind: Kind) -> Rate:
    """Return the rate of one kind over all relations."""
    return _rate(judged, lambda relation: RELATIONS[relation] == kind, {kind})


def copies(judged: Sequence[Judged]) -> Rate:
    """Return the rate of verbatim and reworked against all others."""
    return _rate(judged, lambda relation: relation in COPIES, {Kind.VERBATIM, Kind.REWORKED})


def events(judged: Sequence[Judged]) -> Rate:
    """Return the rate of the same event against different and decoys; copies, whole or in part, are left out."""
    others = [one for one in judged if one.pair.relation not in COPIES | {"partial_reuse"}]
    return _rate(others, lambda relation: relation in EVENTS, _SAME)


def decoys(judged: Sequence[Judged]) -> tuple[int, int]:
    """Return how many decoys were called the same in any way, and how many there are."""
    found = [one for one in judged if one.pair.relation == DECOY]
    return sum(one.kind in _SAME for one in found), len(found)


def reached(judged: Sequence[Judged], relations: Collection[str]) -> tuple[int, int]:
    """Return how many pairs of these relations the fingerprints bring together, and how many there are."""
    found = [one for one in judged if one.pair.relation in relations]
    return sum(one.reached for one in found), len(found)


def halves(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Part the pairs so that no text, and no text linked to it by a pair, is in both: the fitted and the held half."""
    leaders: dict[str, str] = {}

    def leader(name: str) -> str:
        while leaders.setdefault(name, name) != name:
            name = leaders[name]
        return name

    for pair in pairs:
        leaders[leader(pair.one)] = leader(pair.other)
    groups: dict[str, list[str]] = {}
    for name in leaders:
        groups.setdefault(leader(name), []).append(name)
    held = {
        name
        for members in groups.values()
        for name in members
        if hashlib.blake2b(min(members).encode(), digest_size=1).digest()[0] % 2
    }
    return [pair for pair in pairs if pair.one not in held], [pair for pair in pairs if pair.one in held]


def _rate(judged: Sequence[Judged], wanted: Callable[[str], bool], kinds: Collection[Kind]) -> Rate:
    return Rate(
        wanted=sum(wanted(one.pair.relation) for one in judged),
        found=sum(one.kind in kinds for one in judged),
        right=sum(wanted(one.pair.relation) and one.kind in kinds for one in judged),
    )
