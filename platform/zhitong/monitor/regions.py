"""Regions of provinces: how a province speaks of its cities (珠三角, 粤东 …). Data, by division code."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "regions.json"


@cache
def regions() -> Mapping[str, Sequence[str]]:
    """Return the first four digits of the division codes of each region's cities, by the region's name."""
    found: dict[str, list[str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


def region_of(division_code: str) -> str:
    """Return the region of a place; empty where a province knows none."""
    return next((name for name, codes in regions().items() if division_code[:4] in codes), "")
