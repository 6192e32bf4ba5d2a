"""The year 2019 of 南海区政协: drawing texts, days and outcomes for its 436 reports."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from zhitong.demo.content.chance import seeded
from zhitong.demo.content.days import add_working_days, working_days_between
from zhitong.demo.content.drafting import (
    DECLINED_REASONS,
    KEPT_REASONS,
    UPPER_DECLINED_REASONS,
    UPPER_KEPT_REASONS,
    submission,
)
from zhitong.demo.content.matters import matters
from zhitong.demo.content.people import authors_of, people_of
from zhitong.demo.content.seeds import Decision, Forward, ItemSeed, Outcome
from zhitong.demo.content.writing import Draft, Place, write

HOST = "nanhai"
BULLETIN = "社情民意信息"
TOWNS = ("桂城街道", "狮山镇", "大沥镇", "里水镇", "九江镇", "丹灶镇", "西樵镇")
LAST_DAY = date(2019, 12, 31)
# Reports that came in later could not have been adopted by 佛山 within the year.
LAST_FORWARDED = date(2019, 11, 8)

CITY_COMMITTEE = {"to": "foshan", "bulletin": "佛山政协信息"}
CITY_PARTY = {"to": "foshan-party", "bulletin": "佛山信息"}

_REWORKABLE = ("关于规范", "关于加强", "关于完善", "关于推进", "关于加快", "关于优化", "关于提高", "关于改善")


@dataclass(frozen=True, slots=True)
class Source:
    """A draft with its title, before anyone has submitted it."""

    title: str
    draft: Draft
    label: str


def sources(count: int, seed: int) -> list[Source]:
    """`count` drafts on different titles, each matter and each aspect about equally often."""
    rng = seeded(seed, "sources")
    found = []
    for matter in matters():
        for index, aspect in enumerate(matter.aspects):
            for turn, title in enumerate(aspect.titles):
                second = matter.aspects[(index + 1 + turn) % len(matter.aspects)] if matter.tight else None
                place = Place(rng.choice(TOWNS), "区")
                draft = Draft(matter, aspect, second, place, turn, 6)
                found.append(Source(title, draft, f"{matter.key}/{index}/{turn}"))
    return rng.sample(found, count)


def submission_days(count: int, rng: Random) -> list[date]:
    """Days of submission in order: most in January and February around 两会, few at weekends."""
    days = working_days_between(date(2019, 1, 2), date(2019, 12, 20))
    weights = [2.3 if day.month <= 2 else 0.75 if day.month in (7, 8) else 1.0 for day in days]
    drawn = rng.choices(days, weights, k=count)
    # Some write at the weekend before.
    shifted = [
        day - timedelta(days=day.weekday() + 1) if rng.random() < 0.05 and day > date(2019, 1, 14) else day
        for day in drawn
    ]
    return sorted(shifted)


def regular_item(source: Source, day: date, seed: int) -> ItemSeed:
    """The report of one source, submitted on `day`, still undecided."""
    rng = seeded(seed, "submission", source.label)
    matter = source.draft.matter
    how = submission(authors_of(HOST), matter.sector, rng)
    text = write(
        replace(source.draft, month=day.month),
        seeded(seed, "wording", source.label),
        seeded(seed, "figures", source.label),
    )
    return ItemSeed(
        key=source.label,
        unit_host=HOST,
        title=source.title,
        problem=text.problem,
        analysis=text.analysis,
        suggestions=text.suggestions,
        category=matter.category,
        keywords=matter.keywords,
        submitter_kind=how.kind,
        authors=how.authors,
        urgency=how.urgency,
        source=how.source,
        submitted_on=day,
    )


def may_be_reworked(item: ItemSeed) -> bool:
    """Whether a copy of the item can carry a title that is the same but for a word."""
    return item.title.startswith(_REWORKABLE) and item.submitted_on < date(2019, 10, 1)


def reworked_copy(original: ItemSeed, source: Source, seed: int) -> ItemSeed:
    """Another author's reworded copy of `original`, declined for being one."""
    rng = seeded(seed, "copy", source.label)
    day = add_working_days(original.submitted_on, rng.randint(6, 30))
    draft = replace(source.draft, turn=1 - source.draft.turn, month=day.month)
    text = write(draft, seeded(seed, "rewording", source.label), seeded(seed, "figures", source.label))
    others = tuple(person for person in authors_of(HOST) if person.username not in original.authors)
    how = submission(others, "", rng)
    name = next(person.name for person in people_of(HOST) if person.username == original.authors[0])
    reason = f"与{name}此前报送的《{original.title}》内容雷同，不予采用。"
    return replace(
        original,
        key=f"{original.key}/copy",
        title=f"关于进一步{original.title.removeprefix('关于')}",
        problem=text.problem,
        analysis=text.analysis,
        suggestions=text.suggestions,
        submitter_kind=how.kind,
        authors=how.authors,
        source=how.source,
        submitted_on=day,
        decision=Decision("declined", add_working_days(day, rng.randint(2, 7)), reason),
        lookalike_of=original.key,
    )


def decided_on(item: ItemSeed, rng: Random) -> date:
    """Two to twelve working days after submission, the same year."""
    return min(add_working_days(item.submitted_on, rng.randint(2, 12)), LAST_DAY)


def not_adopted(item: ItemSeed, rng: Random) -> ItemSeed:
    """The item declined or, one in four, kept, with a reason."""
    day = decided_on(item, rng)
    if rng.random() < 0.25:
        return replace(item, decision=Decision("kept", day, rng.choice(KEPT_REASONS)))
    return replace(item, decision=Decision("declined", day, rng.choice(DECLINED_REASONS)))


def adopted(item: ItemSeed, rng: Random) -> ItemSeed:
    """The item adopted; its issue is numbered when the whole year is known."""
    return replace(item, decision=Decision("adopted", decided_on(item, rng), "", BULLETIN))


def forwarded(item: ItemSeed, receiver: dict[str, str], result: Outcome, rng: Random) -> ItemSeed:
    """The adopted item sent to 佛山, answered within the year."""
    assert item.decision is not None
    sent_on = add_working_days(item.decision.decided_on, rng.randint(1, 4))
    answered = min(add_working_days(sent_on, rng.randint(4, 18)), LAST_DAY)
    if result in ("declined", "kept"):
        reasons = UPPER_DECLINED_REASONS if result == "declined" else UPPER_KEPT_REASONS
        way = Forward(receiver["to"], sent_on, result, answered, reason=rng.choice(reasons))
    else:
        # About two hundred issues a year.
        number = answered.timetuple().tm_yday * 200 // 365 + 1
        way = Forward(receiver["to"], sent_on, result, answered, receiver["bulletin"], number)
    return replace(item, forwards=(way,))
