"""Repeatable chance: every draw of the demo comes from a seed and a label, never from the clock."""

import random


def seeded(seed: int, *labels: str) -> random.Random:
    """A generator that yields the same sequence for the same seed and labels on every machine."""
    # Not a secret: the demo must come out the same each time.
    return random.Random("/".join((str(seed), *labels)))
