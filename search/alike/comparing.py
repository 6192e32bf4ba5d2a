"""The kind of a pair of texts, by rules with few numbers: what is the same word for word, and what both are about.

The numbers were fitted on one half of graded pairs of real letters and proposals, rounded, and measured on the other
(docs/benchmarks.md, "Look-alikes").
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from search.alike.places import TELLING, division_put_in, other_division, other_spot
from search.alike.reading import Reading
from search.alike.weights import Weights


class Kind(StrEnum):
    """How two texts are alike."""

    VERBATIM = "verbatim"
    REWORKED = "reworked"
    SAME_MATTER = "same_matter"
    OTHER_PLACE = "other_place"
    NONE = "none"


# At least this share of the shorter text's runs stands in the other: one was made from the other.
NEAR = 0.575
# Both texts have nearly the same runs: nothing of weight was changed.
SAME = 0.8
# A few common runs prove nothing in a text of one sentence.
LEAST_RUNS = 12
# So much of the text is the other's that only the place was changed, when the places differ.
TEMPLATE = 0.4
# How much the words of the texts tell of whether both are about one matter, beside those of the titles.
TEXTS = 1.4
# A word of the title tells more of the matter than one of the body.
TITLE = 2.5
# Letters: a text of fewer is weighed as if it had so many.
SHORT = 60
# So much of a title is the other's that it was written by its pattern.
PATTERN = 0.6
# Another division outweighs all that titles and texts have in common.
ELSEWHERE = 5.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found of a pair.

    `contained` is the share (0 to 1) of the shorter text's runs that stand in the longer one, `jaccard` that of all
    runs of both, `matter` how far both tell of one matter (over 0: they do). Where it cannot be over 0 it is what it
    is at most, and nothing more was looked at.
    """

    kind: Kind
    contained: float
    jaccard: float
    matter: float


def compare(one: Reading, other: Reading, weights: Weights) -> Comparison:
    """Return the kind of a pair and the figures it was told by. The order of the two does not matter."""
    shared = len(one.shingles & other.shingles)
    shorter = min(len(one.shingles), len(other.shingles))
    contained = shared / shorter if shorter else 0.0
    jaccard = shared / (len(one.shingles) + len(other.shingles) - shared) if shared else 0.0
    near = contained >= NEAR and shared >= LEAST_RUNS
    template = contained >= TEMPLATE and shared >= LEAST_RUNS
    matter = _matter(one, other, weights, contained)
    # Far most pairs are told apart by titles and runs: places and the words of a whole text cost ten times as much.
    if matter > 0 or near or template:
        matter += TEXTS * (_cosine(terms(one, weights), terms(other, weights)) - 1)
    if matter > 0 and other_division(one.places, other.places):
        matter -= ELSEWHERE
    if template and _moved(one, other, weights):
        kind = Kind.OTHER_PLACE
    elif near:
        kind = Kind.VERBATIM if jaccard >= SAME else Kind.REWORKED
    elif matter > 0:
        kind = Kind.SAME_MATTER
    else:
        kind = Kind.NONE
    return Comparison(kind, contained, jaccard, matter)


@lru_cache(maxsize=2)  # a text is held against one other after the next
def terms(text: Reading, weights: Weights) -> Mapping[str, float]:
    """Return the words of a text by what they tell of its matter, the title's first of all."""
    found = weights.weigh(text.body_words)
    for word, weight in weights.weigh(text.title_words).items():
        found[word] = found.get(word, 0.0) + TITLE * weight
    return found


def _moved(one: Reading, other: Reading, weights: Weights) -> bool:
    """Return whether two texts that have much in common speak of different places."""
    if division_put_in(one.places, other.places) or other_spot(one, other, weights.weight):
        return True
    return _word_put_in(one, other, weights) and _word_put_in(other, one, weights)


def _word_put_in(one: Reading, other: Reading, weights: Weights) -> bool:
    """Return whether one's title is the other's but for a telling word of its own text that the other never says."""
    runs, others = (frozenset(title[at : at + 2] for at in range(len(title) - 1)) for title in (one.title, other.title))
    if not runs or len(runs & others) < PATTERN * len(runs):
        return False
    return any(
        weights.weight(word) > TELLING and word in one.letters and word not in other.all_letters
        for word in one.title_words
    )


def _matter(one: Reading, other: Reading, weights: Weights, contained: float) -> float:
    """Return how far both tell of one matter, if all words of their texts were the same."""
    titles = _cosine(weights.weigh(one.title_words), weights.weigh(other.title_words))
    covered = min(_covered(one, other, weights), _covered(other, one, weights))
    # What stands in both word for word and did not make them near is the set text of one hand, not the matter.
    # Long texts have words in common by chance, and a text hardly begun tells nothing.
    length = math.log(max(SHORT, min(len(one.letters), len(other.letters))))
    return 3.4 * titles + TEXTS + 2.7 * covered - 7.0 * contained - 0.8 * length + 1.4


def _covered(one: Reading, other: Reading, weights: Weights) -> float:
    """Return the share, by weight, of the words of one's title that the other says anywhere."""
    weighed = {word: weights.weight(word) for word in one.title_words}
    total = sum(weighed.values())
    return sum(weight for word, weight in weighed.items() if word in other.all_letters) / total if total else 0.0


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    # Exact sums: the order in which a text says its words must not decide the last digit.
    together = math.fsum(weight * other[word] for word, weight in one.items() if word in other)
    if not together:
        return 0.0
    return together / math.sqrt(math.fsum(x * x for x in one.values()) * math.fsum(x * x for x in other.values()))
