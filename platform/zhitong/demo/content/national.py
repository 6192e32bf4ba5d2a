"""The three reports of 2019 that went 南海 → 佛山 → 广东 → outside, and the report of the walk."""

import tomllib
from datetime import date
from functools import cache
from typing import Any

from zhitong.demo.content.days import add_working_days
from zhitong.demo.content.divisions import DATA
from zhitong.demo.content.nanhai import BULLETIN
from zhitong.demo.content.people import authors_of, walker
from zhitong.demo.content.seeds import Decision, Forward, ItemSeed


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads((DATA / "national_2019.toml").read_text(encoding="utf-8"))


def _way(city: tuple[date, date, int], province: tuple[date, date], outside: tuple[Forward, ...]) -> Forward:
    """Adopted by 佛山, taken in by the province and sent on; the summary names no adoption by the province."""
    sent, adopted, number = city
    reached, passed = province
    onward = Forward("guangdong", reached, "sent_up", passed, then=outside)
    return Forward("foshan", sent, "adopted_single", adopted, "佛山政协信息", number, then=(onward,))


def _ways() -> dict[str, tuple[date, Forward]]:
    """Day of 南海's own adoption and the way upward, by key."""
    return {
        "bridge": (
            date(2019, 1, 14),
            _way(
                (date(2019, 1, 15), date(2019, 1, 22), 13),
                (date(2019, 1, 23), date(2019, 1, 30)),
                (Forward("cppcc-national", date(2019, 1, 30), "passed_on", date(2019, 3, 26)),),
            ),
        ),
        "income-tax": (
            date(2019, 2, 22),
            _way(
                (date(2019, 2, 25), date(2019, 2, 28), 33),
                (date(2019, 3, 1), date(2019, 3, 6)),
                (
                    Forward("gd-party", date(2019, 3, 6), "adopted_merged", date(2019, 3, 20)),
                    Forward("ccp-general-office", date(2019, 3, 21), "adopted_merged", date(2019, 4, 18)),
                ),
            ),
        ),
        "approval": (
            date(2019, 4, 22),
            _way(
                (date(2019, 4, 23), date(2019, 4, 30), 66),
                (date(2019, 5, 6), date(2019, 5, 14)),
                (Forward("cppcc-national", date(2019, 5, 14), "adopted_merged", date(2019, 7, 9)),),
            ),
        ),
    }


def _from_party(written: date, day: date, way: Forward) -> tuple[Decision, Forward]:
    """Return how a party's unit in 南海 took up the report and sent it to the committee, which adopted it on `day`."""
    sent = add_working_days(written, 2)
    return Decision("adopted", sent), Forward("nanhai", sent, "adopted_single", day, BULLETIN, then=(way,))


def national_items() -> tuple[ItemSeed, ...]:
    """The three reports whose titles stand in 南海's yearly summary for 2019.

    The summary names the author of one of them with his unit, 民盟南海总支: that report came from there. The others
    have authors of the demo.
    """
    ways = _ways()
    found = []
    for index, row in enumerate(_texts()["item"]):
        day, way = ways[row["key"]]
        decision = Decision("adopted", day, "", BULLETIN)
        if row["unit"]:
            decision, way = _from_party(row["submitted_on"], day, way)
        found.append(
            ItemSeed(
                key=row["key"],
                unit_host=row["unit"] or "nanhai",
                title=row["title"],
                problem=row["problem"],
                analysis=row["analysis"],
                suggestions=row["suggestions"],
                category=row["category"],
                keywords=tuple(row["keywords"]),
                submitter_kind="党派团体" if row["author"] else "委员",
                authors=(row["author"] or authors_of("nanhai")[index * 7].username,),
                urgency="重要",
                source="约稿" if row["key"] == "income-tax" else "原创",
                submitted_on=row["submitted_on"],
                decision=decision,
                forwards=(way,),
            )
        )
    return tuple(found)


def walk_item(today: date) -> ItemSeed:
    """The report that the walk of the main job writes and sends; it is in no year's figures and undecided."""
    row = _texts()["walk"]
    return ItemSeed(
        key=row["key"],
        unit_host="nanhai",
        title=row["title"],
        problem=row["problem"],
        analysis=row["analysis"],
        suggestions=row["suggestions"],
        category=row["category"],
        keywords=tuple(row["keywords"]),
        submitter_kind="委员",
        authors=(walker().username,),
        urgency="一般",
        source="原创",
        submitted_on=today,
    )
