"""Reports of the last weeks that units deal with among themselves: three on one matter for 佛山 to merge, the same
matter up the party's line, one that came back, one that is asked back, two that the city's party committee has.
"""

from dataclasses import dataclass, replace
from datetime import date

from zhitong.demo.content.chance import seeded
from zhitong.demo.content.current import TopicSource, WorkingYear, adopt, decided_on, write_item
from zhitong.demo.content.openings import working_days_before
from zhitong.demo.content.seeds import ItemSeed
from zhitong.demo.content.units import unit_by_host

_SUBMITTED, _SENT, _ANSWERED, _LATELY = 16, 6, 4, 1  # working days ago

# What is told of each -> its unit, and the matter and aspect it is written from.
_REPORTS = {
    "nanhai": ("nanhai", "ebike", 0),
    "chancheng": ("chancheng", "ebike", 1),
    "shunde": ("shunde", "ebike", 2),
    "returned": ("nanhai", "elevator", 0),
    "asked back": ("nanhai", "elevator", 1),
    "listed": ("nanhai", "clinic", 1),
    "doubtful": ("nanhai", "clinic", 2),
}
_FIRST = 41  # numbers of these reports, beyond those of the year's own


@dataclass(frozen=True, slots=True)
class Dealings:
    """The reports by what is told of them, decided by their units and not sent yet, and the days of what follows."""

    reports: dict[str, ItemSeed]
    sent_on: date
    answered_on: date
    lately: date


def dealings(today: date, seed: int) -> Dealings:
    """Return the reports; what the party writes (`party`) is nearly word for word what 南海 does."""
    year, topics, rng = WorkingYear(today.year, today, seed), TopicSource(seed), seeded(seed, "dealings")
    day = working_days_before(today, _SUBMITTED)
    reports = {}
    for number, (name, (host, matter, aspect)) in enumerate(_REPORTS.items(), _FIRST):
        unit = unit_by_host()[host]
        item = write_item(unit, number, topics.fixed(unit, matter, aspect), day, year)
        reports[name] = adopt(replace(item, urgency="一般"), unit, year, rng)
    own, party = reports["nanhai"], unit_by_host()["mm-foshan"]
    other = write_item(party, _FIRST, topics.fixed(party, "ebike", 0), day, year)
    same = replace(
        other, title="关于尽快建好老旧小区电动自行车充电棚的建议", problem=own.problem, analysis=own.analysis
    )
    reports["party"] = adopt(same, party, year, rng)
    # In the first days of a year there is less room: each follows the one before it.
    sent = max(working_days_before(today, _SENT), *(decided_on(report) for report in reports.values()))
    answered = max(working_days_before(today, _ANSWERED), sent)
    return Dealings(reports, sent, answered, max(working_days_before(today, _LATELY), answered))
