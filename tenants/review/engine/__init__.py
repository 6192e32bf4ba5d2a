"""The engine: a locked run in memory (`frame`), how it moves (`moves`), its history read back (`replay`)."""

from tenants.review.engine.frame import Frame, facts_of, frame_of, lock_run, post_words
from tenants.review.engine.moves import (
    advance,
    asked_at,
    close_pending,
    halt,
    is_chosen_by_previous,
    is_through,
    open_collator,
    open_step,
    opinions_are_in,
    places,
    stand_in_administrators,
    take_turn,
    vote_is_lost,
    votes_asked,
    walk,
    what_happened,
)
from tenants.review.engine.replay import Replayed, replay
from tenants.review.engine.touching import DECISIONS, UNTOUCHING, can_take_back

__all__ = [
    "DECISIONS",
    "UNTOUCHING",
    "Frame",
    "Replayed",
    "advance",
    "asked_at",
    "can_take_back",
    "close_pending",
    "facts_of",
    "frame_of",
    "halt",
    "is_chosen_by_previous",
    "is_through",
    "lock_run",
    "open_collator",
    "open_step",
    "opinions_are_in",
    "places",
    "post_words",
    "replay",
    "stand_in_administrators",
    "take_turn",
    "vote_is_lost",
    "votes_asked",
    "walk",
    "what_happened",
]
