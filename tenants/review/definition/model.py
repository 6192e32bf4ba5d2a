"""The parts of a flow as values, and the way an item takes through them."""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

# What conditions may ask of an item: one word, or several where an item can have several (destinations).
Facts = Mapping[str, "str | Collection[str]"]

FIELD_WORDS = {
    "submitter_kind": "反映主体",
    "urgency": "紧急程度",
    "category": "类别",
    "source": "来源",
    "destination": "拟报送",
    "difficulty": "难易程度",
}

# Where an item is meant to go; a reviewer says so while passing it, and sending keeps to it.
DESTINATIONS = {
    "local": "报本级党委政府",
    "city": "报市级",
    "province": "报省级",
    "national": "报全国",
    "party_line": "报党派上级",
}

# How hard a reviewer finds an item while passing it (DOMAIN §5, chain 6: 疑难的 go to a joint examination).
PLAIN = "plain"
DIFFICULTIES = {PLAIN: "一般", "difficult": "疑难"}

# Kinds of stages (DOMAIN §2), for words and marks only: the engine treats them alike.
STAGES = {
    "screening": "初筛",
    "first_review": "初审",
    "second_review": "复审",
    "editing": "核稿",
    "verification": "核实",
    "joint": "联审",
    "sign_off": "审签",
    "issue": "签发",
}


class Mode(StrEnum):
    """How many of a step's holders must pass; joint: every committee gives its opinion, the collator decides."""

    ANY = "any"
    ALL = "all"
    IN_ORDER = "in_order"
    N_OF_M = "n_of_m"
    JOINT = "joint"


MODE_WORDS = {
    Mode.ANY: "或签",
    Mode.ALL: "会签",
    Mode.IN_ORDER: "依次",
    Mode.N_OF_M: "票签",
    Mode.JOINT: "联审",
}


class OnEmpty(StrEnum):
    """What happens when nobody can decide a step."""

    SKIP = "skip"
    ADMINISTRATOR = "administrator"


class OnLate(StrEnum):
    """What happens when a step's limit has passed: marked only, told to those in `late_to`, or handed on to them."""

    MARK = "mark"
    ESCALATE = "escalate"
    HAND_ON = "hand_on"


# Verbs that a step can withhold (`may`); passing, commenting and taking back are always there.
VERB_WORDS = {
    "edit": "改核稿",
    "return": "退回",
    "keep": "留存",
    "decline": "不采用",
    "add": "加签",
    "reassign": "转办",
    "delegate": "委派",
    "verify": "核实",
    "relay": "接力撰写",
}


class WhoKind(StrEnum):
    """How a step names those it asks."""

    POST = "post"
    GROUP = "group"
    GROUP_HEAD = "group_head"
    USER = "user"
    AUTHOR_HEAD = "author_head"
    CATEGORY_COMMITTEE = "category_committee"
    CHOSEN_BY_PREVIOUS = "chosen_by_previous"
    CHOSEN_BY_STARTER = "chosen_by_starter"


CHOSEN = frozenset({WhoKind.CHOSEN_BY_PREVIOUS, WhoKind.CHOSEN_BY_STARTER})


@dataclass(frozen=True, slots=True)
class Who:
    """One entry of those asked.

    `code` is the post's code, the login name, or the kind of the group; `name` the group's name. `among` limits a
    choice to those that these entries lead to; empty means anybody who may decide.
    """

    kind: WhoKind
    code: str = ""
    name: str = ""
    among: tuple["Who", ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """One field of the item is (or, negated, is not) one of some values."""

    field: str
    values: tuple[str, ...]
    negated: bool = False

    def holds(self, facts: Facts) -> bool:
        """Return whether the item's facts meet it."""
        found = facts.get(self.field, "")
        mine = {found} if isinstance(found, str) else set(found)
        return bool(mine & set(self.values)) != self.negated


def hold(conditions: Collection[Condition], facts: Facts) -> bool:
    """Return whether all conditions hold; none means yes."""
    return all(condition.holds(facts) for condition in conditions)


@dataclass(frozen=True, slots=True)
class Link:
    """A way out of a step: to the place `to` (None: the end of the flow) when the conditions hold."""

    to: int | None
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    `n` and `percent` belong to votes (`n_of_m`), exactly one of them is set there; limits None mean no limit of that
    sort; `remind_hours` is how long before the limit its holder is reminded. `collator` decides a joint step. `may` are
    the verbs of `VERB_WORDS` that its holders have. `links` are tried in their order, the first that holds is taken.
    """

    key: str
    name: str
    kind: str
    who: tuple[Who, ...]
    mode: Mode
    n: int
    percent: int
    limit_days: int | None
    limit_hours: int | None
    remind_hours: int | None
    on_empty: OnEmpty
    on_late: OnLate
    late_to: tuple[Who, ...]
    when: tuple[Condition, ...]
    links: tuple[Link, ...]
    checklist: str
    collator: tuple[Who, ...]
    copies_to: tuple[Who, ...]
    may: frozenset[str]
    asks_destination: bool
    asks_difficulty: bool
    verifying_pauses: bool

    def votes_needed(self, asked: int) -> int:
        """Return how many of `asked` must pass a vote; at least one, at most all."""
        wanted = math.ceil(asked * self.percent / 100) if self.percent else self.n
        return max(1, min(wanted, asked))


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole flow: which items it takes (`when`, all of them when empty) and its steps.

    Every link leads forward in `steps`, so a walk always ends. `ask_once`: who passed the step before is not asked
    again in the next one.
    """

    steps: tuple[Step, ...]
    when: tuple[Condition, ...]
    ask_once: bool = False

    def takes(self, facts: Facts) -> bool:
        """Return whether the flow's own conditions hold for an item."""
        return hold(self.when, facts)

    def walk(self, facts: Facts, after: int | None = None) -> Iterator[int]:
        """Yield the places an item with these facts passes, from the start or behind the place `after`."""
        place = 0 if after is None else self._next(after, facts)
        while place is not None:
            if hold(self.steps[place].when, facts):
                yield place
            place = self._next(place, facts)

    def last_place(self, facts: Facts) -> int:
        """Return the place behind which the flow ends for these facts, also where its step's conditions do not hold."""
        place = 0
        while (behind := self._next(place, facts)) is not None:
            place = behind
        return place

    def path(self, facts: Facts) -> list[tuple[int, Step]]:
        """Return the steps an item with these facts passes, with their places in the whole flow."""
        return [(place, self.steps[place]) for place in self.walk(facts)]

    def place_of(self, key: str) -> int | None:
        """Return the place of the step named `key`, None when there is none."""
        return next((place for place, step in enumerate(self.steps) if step.key == key), None)

    def asks_for(self, field: str) -> bool:
        """Return whether any condition of the flow looks at `field`."""
        found = [condition for step in self.steps for condition in step.when]
        found += [condition for step in self.steps for link in step.links for condition in link.when]
        return any(condition.field == field for condition in [*self.when, *found])

    def _next(self, place: int, facts: Facts) -> int | None:
        return next((link.to for link in self.steps[place].links if hold(link.when, facts)), None)
