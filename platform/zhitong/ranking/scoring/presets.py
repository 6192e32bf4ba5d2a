"""The rule sets that come with the product: examples to copy, each a real committee's regulation."""

from functools import cache
from pathlib import Path

from zhitong.ranking.scoring.rules import RuleSet
from zhitong.ranking.scoring.rules_reader import read_rules

FOLDER = Path(__file__).parents[1] / "presets"


@cache
def preset(code: str) -> RuleSet:
    """The preset of that code (A … H). Raises `KeyError` for an unknown one."""
    if code not in preset_codes():
        raise KeyError(code)
    return read_rules((FOLDER / f"{code}.yaml").read_bytes())


@cache
def preset_codes() -> tuple[str, ...]:
    """The codes of all presets in order."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))
