"""Which acts leave an item untouched, and whose last word can be taken back."""

from collections.abc import Sequence

from tenants.review.models import Act, Verb

# What leaves an item untouched for its author: everything else means that somebody has acted on it.
UNTOUCHING = frozenset(
    {Verb.START, Verb.RESUBMIT, Verb.SKIP, Verb.URGE, Verb.COPY, Verb.COMMENT, Verb.LATE, Verb.HAND_OVER}
)
DECISIONS = frozenset({Verb.PASS, Verb.OBJECT, Verb.RETURN, Verb.DECLINE, Verb.KEEP})
# What is no act of its own but follows from the one before it.
_FOLLOWING = frozenset({Verb.SKIP})


def last_touching(acts: Sequence[Act]) -> Act | None:
    """Return the last act that made the run what it is: only that one can be undone without undoing others.

    A hand-over or a passed limit counts where it asked somebody else, and not where it only says so.
    """
    return next((act for act in reversed(acts) if _touches(act)), None)


def can_take_back(acts: Sequence[Act], user_id: int) -> bool:
    """Return whether the last decision of a run, going by its history, is the user's to take back."""
    last = last_touching(acts)
    return last is not None and last.verb in DECISIONS and last.by_id == user_id


def _touches(act: Act) -> bool:
    if act.verb in _FOLLOWING:
        return False
    changed = {"opened", "tasks", "run"} & set(act.effects)
    return act.verb not in UNTOUCHING or act.verb == Verb.RESUBMIT or bool(changed)
