"""Train on four fifths, ask for the held-back fifth: how often a model is right, and how sure it may be of a text."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from search.alike.reading import letters_of
from search.analyser import normalise
from search.suggesting.features import features
from search.suggesting.linear import Linear, train

_PARTS = 5
# The held-back texts are told apart by how clearly the model spoke, in up to so many groups of at least so many texts.
_GROUPS, _LEAST_GROUP = 5, 20


@dataclass(frozen=True, slots=True)
class Sample:
    """A text and its label."""

    title: str
    body: str
    label: str


@dataclass(frozen=True, slots=True)
class Sureness:
    """The share (0 to 1) told right of the held-back texts of which the model spoke at least so clearly (`margin`)."""

    margin: float
    share: float


@dataclass(frozen=True, slots=True)
class Trained:
    """A model with what it was trained on and measured by: how many texts, how many were held back, how many right.

    `sure` rises in margin and share; the model in use is the one that was measured.
    """

    model: Linear
    texts: int
    checked: int
    right: int
    sure: Sequence[Sureness]
    confusions: Counter[tuple[str, str]]

    @property
    def accuracy(self) -> float:
        """The share (0 to 1) of the held-back texts that got their own label; 0 when none was held back."""
        return self.right / self.checked if self.checked else 0.0


def is_held_back(title: str, body: str) -> bool:
    """Return whether a text is of the fifth that no model is trained on.

    The text alone decides: the split is the same every time, and two copies of a text are on one side.
    """
    letters = letters_of(normalise(title + body))
    digest = hashlib.blake2b(letters.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % _PARTS == 0


def measure(samples: Sequence[Sample]) -> Trained:
    """Train on what is not held back, and count on the rest.

    Raises:
        ValueError: what is not held back has no two labels.
    """
    learnt = [one for one in samples if not is_held_back(one.title, one.body)]
    if len({one.label for one in learnt}) < 2:
        raise ValueError("a model needs texts of two labels")
    model = train([features(one.title, one.body) for one in learnt], [one.label for one in learnt])
    told: list[tuple[float, bool]] = []
    confusions: Counter[tuple[str, str]] = Counter()
    for one in samples:
        if is_held_back(one.title, one.body):
            label, margin = told_of(model, one.title, one.body)
            told.append((margin, label == one.label))
            confusions[one.label, label] += 1
    right = sum(is_right for _margin, is_right in told)
    return Trained(model, len(learnt), len(told), right, _sureness(told), confusions)


def told_of(model: Linear, title: str, body: str) -> tuple[str, float]:
    """Return the label that a model gives a text, and how far it is before the next one."""
    scores = model.scores(features(title, body))
    order = scores.argsort()
    return model.labels[int(order[-1])], float(scores[order[-1]] - scores[order[-2]])


def _sureness(told: Sequence[tuple[float, bool]]) -> list[Sureness]:
    groups = min(_GROUPS, len(told) // _LEAST_GROUP)
    rising = sorted(told)
    found: list[Sureness] = []
    for group in range(groups):
        part = rising[len(rising) * group // groups : len(rising) * (group + 1) // groups]
        # One right and one wrong are added (Laplace), so that twenty of twenty is not called certain.
        share = (sum(is_right for _margin, is_right in part) + 1) / (len(part) + 2)
        found.append(Sureness(part[0][0], max(share, found[-1].share) if found else share))
    return found
