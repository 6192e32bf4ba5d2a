"""Pure scoring by rule set A against a bare loop that does the least a score can be: look up a price and add it."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal

from tests.benchmarks.timing import Figure
from zhitong.ranking.scoring import ScoringEvent, event_from, preset, score

_EVENTS, _REPEATS = 20_000, 5
_LEVELS = ("county", "city", "province", "national")
_PRICES = {level: Decimal(price) for level, price in zip(_LEVELS, (1, 5, 10, 30), strict=True)}

_COUNTY = {"unit_kind": "committee", "unit_level": "county"}


def measure() -> Iterator[Figure]:
    """Yield events a second and the ratio to the loop."""
    events = [_event(n) for n in range(_EVENTS)]
    rules = preset("A")
    scored, bare = _best(lambda: score(events, rules)), _best(lambda: _loop(events))
    yield Figure("按计分规则 A 计分", _EVENTS / scored, "件/秒")
    yield Figure("同样事件的裸循环", _EVENTS / bare, "件/秒")
    yield Figure("计分用时与裸循环之比", scored / bare, "倍", "≤ 10", scored / bare <= 10)


def _event(n: int) -> ScoringEvent:
    kind = "submitted" if n % 2 else "adopted"
    place = {"mode": "single", "level": _LEVELS[n % 4], "body": "cppcc"} if kind == "adopted" else {}
    return event_from(
        {
            "id": f"e{n}", "kind": kind, "dates": {"occurred": f"2019-{n % 12 + 1:02}-{n % 28 + 1:02}"},
            "item": f"i{n // 2}", "matter": f"m{n // 2}",
            "contributors": [{"unit": f"u{n % 100}", "item": f"i{n // 2}", **_COUNTY}],
            "authors": [{"person": f"p{n % 900}", "unit": f"u{n % 100}"}],
            **place,
        }
    )  # fmt: skip


def _loop(events: list[ScoringEvent]) -> list[tuple[str, str, Decimal, str]]:
    """Return a line an event and unit, with its points and words; sum them by unit and year."""
    lines: list[tuple[str, str, Decimal, str]] = []
    sums: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for event in events:
        points = _PRICES.get(event.level, Decimal(1))
        for contributor in event.contributors:
            share = points / len(event.contributors)
            lines.append((event.id, contributor.unit, share, f"{points} / {len(event.contributors)} = {share}"))
            sums[contributor.unit, event.dates.occurred.year] += share
    return lines


def _best(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(_REPEATS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)
