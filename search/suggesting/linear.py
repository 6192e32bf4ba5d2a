"""A linear model over the features of texts: trained by dual coordinate descent, kept in a few hundred kilobytes.

One hyperplane a label, each against the rest (squared hinge, as LIBLINEAR solves it; Hsieh et al., "A dual coordinate
descent method for large-scale linear SVM", 2008), weighed so that a rare label counts as much as a common one.
"""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# The commonest features are kept; a feature of one text alone says nothing of another.
MOST_FEATURES = 30_000
_LEAST_TEXTS = 2
# How much an error costs, and how often the texts are walked: after so many rounds nothing moves that decides.
_COST = 1.0
_ROUNDS = 8
_SEED = 20
_STILL = 1e-6
_SMOOTH = 0.1

Vector = tuple[NDArray[np.intp], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Linear:
    """A trained model.

    `keys` are the features it knows, in rising order; `rarity` how telling each is; `weights` one column a label, in
    steps of `step`; `bias` the start of each label.
    """

    labels: Sequence[str]
    keys: NDArray[np.uint32]
    rarity: NDArray[np.float32]
    weights: NDArray[np.int8]
    step: NDArray[np.float64]
    bias: NDArray[np.float64]

    def scores(self, features: Counter[int]) -> NDArray[np.float64]:
        """Return how far the text lies on the side of each label, in the order of `labels`."""
        at, values = _vector(features, self.keys, self.rarity)
        found: NDArray[np.float64] = (values @ self.weights[at].astype(np.float64)) * self.step + self.bias
        return found

    def to_bytes(self) -> bytes:
        """Return the numbers as they are kept; the labels are kept beside them."""
        target = io.BytesIO()
        np.savez_compressed(
            target, keys=self.keys, rarity=self.rarity, weights=self.weights, step=self.step, bias=self.bias
        )
        return target.getvalue()

    @classmethod
    def from_bytes(cls, labels: Sequence[str], kept: bytes) -> "Linear":
        """Return a model that was kept."""
        with np.load(io.BytesIO(kept), allow_pickle=False) as numbers:
            return cls(labels, **{name: numbers[name] for name in ("keys", "rarity", "weights", "step", "bias")})


def train(texts: Sequence[Counter[int]], labels: Sequence[str]) -> Linear:
    """Return the model of texts (by their features) and the label of each; the same input gives the same model."""
    names = sorted(set(labels))
    counts = Counter(key for text in texts for key in text)
    often = [key for key, count in counts.most_common(MOST_FEATURES) if count >= _LEAST_TEXTS]
    keys = np.array(sorted(often), dtype=np.uint32)
    spread = np.array([counts[int(key)] for key in keys], dtype=np.float64)
    rarity = (np.log((len(texts) + 1) / (spread + 1)) + 1).astype(np.float32)
    vectors = [_vector(text, keys, rarity) for text in texts]
    right = np.array([names.index(label) for label in labels])
    weights, bias = _descend(vectors, right, len(keys), len(names))
    step = np.maximum(np.abs(weights).max(axis=0, initial=0.0), 1e-9) / 127
    return Linear(names, keys, rarity, np.round(weights / step).astype(np.int8), step, bias)


def _vector(features: Counter[int], keys: NDArray[np.uint32], rarity: NDArray[np.float32]) -> Vector:
    """Return the places of the known features and their values, of length one together."""
    asked = np.fromiter(features.keys(), dtype=np.uint32, count=len(features))
    times = np.fromiter(features.values(), dtype=np.float64, count=len(features))
    if not len(keys):
        return np.zeros(0, dtype=np.intp), np.zeros(0)
    at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    known = keys[at] == asked
    at, values = at[known], (1 + np.log(times[known])) * rarity[at[known]]
    return at, values / (np.sqrt(values @ values) or 1.0)


def _descend(
    vectors: Sequence[Vector], right: NDArray[np.intp], size: int, labels: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    many = len(vectors)
    side = np.where(np.arange(labels)[None, :] == right[:, None], 1.0, -1.0)
    of_label = np.bincount(right, minlength=labels)
    share = np.where(side > 0, many / (2 * of_label), many / np.maximum(2 * (many - of_label), 1))
    slack = 1 / (2 * _COST * share)
    speaks = _speaks(vectors, right, size, labels)
    weights, bias, pull = np.zeros((size, labels)), np.zeros(labels), np.zeros((many, labels))
    order = np.random.default_rng(_SEED)
    for _round in range(_ROUNDS):
        for one in order.permutation(many):
            at, values = vectors[one]
            seen, rows = values[:, None] * speaks[at], weights[at]
            # The start is a feature that every text has once.
            slope = side[one] * ((seen * rows).sum(axis=0) + bias) - 1 + slack[one] * pull[one]
            moved = np.maximum(0, pull[one] - slope / ((seen * seen).sum(axis=0) + 1 + slack[one]))
            change = (moved - pull[one]) * side[one]
            if np.abs(change).max() > _STILL:
                pull[one] = moved
                weights[at] = rows + seen * change
                bias += change
    return weights * speaks, bias


def _speaks(vectors: Sequence[Vector], right: NDArray[np.intp], size: int, labels: int) -> NDArray[np.float64]:
    """Return how much commoner each feature is under each label than under the others, as a logarithm.

    Features are scaled by it before the descent (Wang and Manning, "Baselines and Bigrams", 2012): what tells labels
    apart is heard from few texts.
    """
    mass = np.zeros((size, labels))
    for (at, values), label in zip(vectors, right, strict=True):
        mass[at, label] += values
    inside, outside = mass + _SMOOTH, mass.sum(axis=1, keepdims=True) - mass + _SMOOTH
    found: NDArray[np.float64] = np.log((inside / inside.sum(axis=0)) / (outside / outside.sum(axis=0)))
    return found
