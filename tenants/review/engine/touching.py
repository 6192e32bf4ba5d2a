"""Which acts leave an item untouched, and whose last word can be taken back."""

from collections.abc import Sequence

from tenants.review.models import Act, Verb

# What leaves an item untouched: everything else means that somebody has acted on it.
UNTOUCHING = frozenset(
    {Verb.START, Verb.RESUBMIT, Verb.SKIP, Verb.URGE, Verb.COPY, Verb.COMMENT, Verb.LATE, Verb.HAND_OVER}
)
DECISIONS = frozenset({Verb.PASS, Verb.OBJECT, Verb.RETURN, Verb.DECLINE, Verb.KEEP})


def can_take_back(acts: Sequence[Act], user_id: int) -> bool:
    """Return whether the last decision of a run, going by its history, is the user's to take back."""
    last = next((act for act in reversed(acts) if act.verb not in UNTOUCHING), None)
    return last is not None and last.verb in DECISIONS and last.by_id == user_id
