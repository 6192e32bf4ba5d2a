"""The demo's reports: 南海's year 2019 with the figures of its published summary, and the current year."""

from collections.abc import Sequence
from dataclasses import replace

from zhitong.demo.content.chance import seeded
from zhitong.demo.content.current import current_year
from zhitong.demo.content.nanhai import (
    CITY_COMMITTEE,
    CITY_PARTY,
    LAST_FORWARDED,
    Source,
    adopted,
    forwarded,
    may_be_reworked,
    not_adopted,
    regular_item,
    reworked_copy,
    sources,
    submission_days,
)
from zhitong.demo.content.national import national_items, walk_item
from zhitong.demo.content.seeds import ItemSeed, Outcome

__all__ = ["current_year", "nanhai_2019", "walk_item"]

RECEIVED = 436
ADOPTED = 237
NATIONAL = 3
LOOKALIKES = 8

# What 佛山 made of the items sent to it, apart from the three national ones: receiver, outcome, how many.
_CITY_PLAN: tuple[tuple[dict[str, str], Outcome, int], ...] = (
    (CITY_COMMITTEE, "adopted_single", 27),
    (CITY_COMMITTEE, "adopted_merged", 11),
    (CITY_PARTY, "adopted_single", 9),
    (CITY_PARTY, "adopted_merged", 5),
    (CITY_COMMITTEE, "declined", 17),
    (CITY_COMMITTEE, "kept", 9),
)


def _decide(items: Sequence[ItemSeed], seed: int) -> list[ItemSeed]:
    """Give each item its outcome: as many adopted as the summary says, and the city's plan among them."""
    rng = seeded(seed, "outcomes")
    # Who comes second with the same subject is less likely to be adopted.
    order = sorted(items, key=lambda item: rng.random() + 0.3 * item.key.endswith("/1"))
    chosen = ADOPTED - NATIONAL
    decided = [not_adopted(item, rng) for item in order[chosen:]]
    for_city = [receiver_and_result for *receiver_and_result, count in _CITY_PLAN for _ in range(count)]
    for item in order[:chosen]:
        result = adopted(item, rng)
        if for_city and item.submitted_on <= LAST_FORWARDED:
            receiver, outcome = for_city.pop()
            result = forwarded(result, receiver, outcome, rng)  # type: ignore[arg-type]
        decided.append(result)
    return decided


def _copies(items: Sequence[ItemSeed], drafts: Sequence[Source], seed: int) -> list[ItemSeed]:
    by_label = {draft.label: draft for draft in drafts}
    candidates = [item for item in items if may_be_reworked(item)]
    chosen = seeded(seed, "copies").sample(candidates, LOOKALIKES)
    return [reworked_copy(item, by_label[item.key], seed) for item in chosen]


def _numbered_issues(items: list[ItemSeed]) -> list[ItemSeed]:
    """Three adopted items make one issue, in the order of their decisions."""
    days = {item.key: item.decision.decided_on for item in items if item.decision}
    adopted_keys = [item.key for item in items if item.decision and item.decision.result == "adopted"]
    adopted_keys.sort(key=lambda key: (days[key], key))
    number = {key: index // 3 + 1 for index, key in enumerate(adopted_keys)}
    return [
        replace(item, decision=replace(item.decision, issue_number=number[item.key]))
        if item.decision and item.key in number
        else item
        for item in items
    ]


def _in_order(items: list[ItemSeed]) -> list[ItemSeed]:
    """By day of submission, with running keys; references between items follow."""
    items.sort(key=lambda item: (item.submitted_on, item.key))
    keys = {item.key: f"nanhai-2019-{index:03d}" for index, item in enumerate(items, 1)}
    return [
        replace(
            item,
            key=keys[item.key],
            lookalike_of=keys[item.lookalike_of] if item.lookalike_of else None,
        )
        for item in items
    ]


def nanhai_2019(seed: int = 2019) -> list[ItemSeed]:
    """The 436 items 南海区政协 received in 2019, in the order of submission.

    The figures are those of its published summary: 436 received, 237 adopted, 55 adopted by 佛山. The 55
    are distinct items with one adopting receiver each: 41 by 佛山市政协 (30 single, 11 merged) and 14 by
    中共佛山市委 (9 single, 5 merged), to which 南海 reported directly. The summary does not say whether the
    three items that reached the national level are among the 55; they went up through 佛山市政协, which
    cannot have sent them without adopting them, so here they are counted among its 41. Further 26 were
    sent to 佛山市政协 and not adopted. One of the 436 came from 民盟南海总支, which takes part in 南海. The province's
    own outcome of the three is not told and therefore `sent_up`.
    """
    drafts = sources(RECEIVED - NATIONAL - LOOKALIKES, seed)
    days = submission_days(len(drafts), seeded(seed, "days"))
    regular = [regular_item(source, day, seed) for source, day in zip(drafts, days, strict=True)]
    copies = _copies(regular, drafts, seed)
    return _in_order(_numbered_issues([*_decide(regular, seed), *copies, *national_items()]))
