"""A hint for a text from the newest model of the unit in force, with how sure it is; or why there is none."""

from dataclasses import dataclass
from functools import lru_cache

from search.alike.reading import letters_of
from search.models import SuggestionModel
from search.suggesting.learning import LEAST_TEXTS
from search.suggesting.linear import Linear
from search.suggesting.measuring import told_of
from zhitong.core.operations import require_unit

# Less than this share right, and a hint misleads as often as it helps.
_LEAST_SURE = 0.5
# A few words say nothing of a matter.
_LEAST_LETTERS = 30
_MODELS_AT_HAND = 8


@dataclass(frozen=True, slots=True)
class Hint:
    """What such texts are usually called here.

    `sure` is the share (0 to 1) of held-back texts, of which the model spoke as clearly, that it told right.
    """

    label: str
    sure: float

    @property
    def percent(self) -> int:
        """`sure` in whole per cent."""
        return round(100 * self.sure)


@dataclass(frozen=True, slots=True)
class Suggested:
    """A hint where there is one, and the version that gave it; `off` when the archive is too small for any."""

    hint: Hint | None = None
    model: SuggestionModel | None = None

    @property
    def off(self) -> bool:
        """Whether the unit has no model of this kind yet."""
        return self.model is None

    @property
    def least(self) -> int:
        """From how many labelled texts on there are hints."""
        return LEAST_TEXTS


def suggest(target: str, *, title: str, body: str) -> Suggested:
    """Return what a text is usually called in the unit in force."""
    versions = SuggestionModel.objects.filter(unit=require_unit(), target=target, numbers__isnull=False)
    model = versions.defer("numbers").order_by("-version").first()
    if model is None or len(letters_of(title + body)) < _LEAST_LETTERS:
        return Suggested(model=model)
    label, margin = told_of(_at_hand(model.pk), title, body)
    sure = max((share for least, share in model.sure if margin >= least), default=0.0)
    return Suggested(Hint(label, sure) if sure >= _LEAST_SURE else None, model)


@lru_cache(maxsize=_MODELS_AT_HAND)
def _at_hand(key: int) -> Linear:
    """Return the numbers of a version, which never change."""
    kept = SuggestionModel.objects.get(pk=key)
    assert kept.numbers is not None
    return Linear.from_bytes(kept.labels, bytes(kept.numbers))
