"""The administrative divisions of 广东省 as the demo knows them: province, cities, counties."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

DATA = Path(__file__).resolve().parent.parent / "data"

DivisionLevel = Literal["province", "city", "county"]


@dataclass(frozen=True, slots=True)
class Division:
    """One division: `code` is its six-digit code of 2023, `parent` the code one level up."""

    code: str
    name: str
    level: DivisionLevel
    parent: str | None


@cache
def divisions() -> tuple[Division, ...]:
    """Province first, then the 21 cities, then the counties, each in the order of their codes.

    东莞 and 中山 have no counties; the statistical stand-ins for their towns are left out.
    """
    lines = (DATA / "guangdong_divisions.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(Division(**json.loads(line)) for line in lines)


@cache
def division_by_code() -> dict[str, Division]:
    """Each division under its code."""
    return {division.code: division for division in divisions()}


@cache
def host_of_division() -> dict[str, str]:
    """The host label of each division's committee, by code (pinyin, kept as a table)."""
    lines = (DATA / "guangdong_hosts.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return {row[0]: row[1] for row in rows}


def children_of(code: str) -> tuple[Division, ...]:
    """The divisions directly below the one with this code."""
    return tuple(division for division in divisions() if division.parent == code)
