"""The bank of matters the demo's reports are written from, one table a field in `data/matters`."""

import tomllib
from dataclasses import dataclass
from functools import cache

from zhitong.demo.content.divisions import DATA


@dataclass(frozen=True, slots=True)
class Aspect:
    """One side of a matter: titles to choose from, what is the case, why, and what to do."""

    titles: tuple[str, ...]
    problem: str
    cause: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Matter:
    """One concrete matter. `sector` names the 界别 it is closest to, `delta` limits it to the delta's cities,
    `tight` says that its aspects are sides of one thing and may support each other in one report.
    """

    key: str
    category: str
    keywords: tuple[str, ...]
    sector: str
    delta: bool
    tight: bool
    openings: tuple[str, ...]
    aspects: tuple[Aspect, ...]


@cache
def matters() -> tuple[Matter, ...]:
    """All matters, in the order of the files' names and of the tables in them."""
    found = []
    for path in sorted((DATA / "matters").glob("*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["matter"]:
            aspects = tuple(Aspect(tuple(a["t"]), a["p"], a["c"], a["s"]) for a in row["a"])
            found.append(
                Matter(
                    key=row["key"],
                    category=row["cat"],
                    keywords=tuple(row["kw"]),
                    sector=row.get("fit", ""),
                    delta=row.get("delta", False),
                    tight=row.get("tight", False),
                    openings=tuple(row["open"]),
                    aspects=aspects,
                )
            )
    return tuple(found)
