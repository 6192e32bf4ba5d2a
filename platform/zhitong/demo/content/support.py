"""Sentences that round off a report without opening a second matter."""

import tomllib
from functools import cache
from random import Random

from zhitong.demo.content.divisions import DATA


@cache
def _bank() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((DATA / "support.toml").read_text(encoding="utf-8"))


def support_sentences(category: str, section: str, rng: Random) -> list[str]:
    """Sentences for a section (`problem`, `cause`, `suggestion`) in a drawn order, the field's own among them."""
    bank = _bank()
    # The field's own count twice: they fit best.
    pool = bank["any"][section] + bank[category][section] * 2
    rng.shuffle(pool)
    return list(dict.fromkeys(pool))
