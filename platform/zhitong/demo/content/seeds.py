"""The shapes in which the demo's reports and their ways are described."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Outcome = Literal["adopted_single", "adopted_merged", "passed_on", "sent_up", "declined", "kept", "pending"]
Urgency = Literal["一般", "重要", "紧急"]
SubmitterKind = Literal["委员", "党派团体", "专委会", "界别", "信息员", "联系点"]
Source = Literal["原创", "约稿", "提案转化", "调研转化", "协商转化", "会议发言"]
OpenKind = Literal["draft", "in_review", "returned"]

ADOPTED: frozenset[str] = frozenset({"adopted_single", "adopted_merged", "passed_on"})


@dataclass(frozen=True, slots=True)
class InstructionSeed:
    """A leader's written words: who wrote them, of which rank, what, when."""

    leader_post: str
    level: Literal["county", "bureau", "city", "province", "ministry", "national"]
    words: str
    on: date


@dataclass(frozen=True, slots=True)
class Forward:
    """One report upward and what came of it.

    `to` is the host of a unit or the code of an external body. `sent_up` means: taken in and
    reported onward, with no outcome of its own recorded. `then` are the reports the receiver made of
    it, in order; `pending` has no `result_on`.
    """

    to: str
    sent_on: date
    result: Outcome
    result_on: date | None
    bulletin: str = ""
    issue_number: int | None = None
    reason: str = ""
    instruction: InstructionSeed | None = None
    then: tuple["Forward", ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the unit that received the item decided. Every decision but adoption has a reason."""

    result: Literal["adopted", "declined", "kept"]
    decided_on: date
    reason: str = ""
    bulletin: str = ""
    issue_number: int | None = None


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Where an undecided item lies: as a draft, at a post, or back with its author.

    `at_post` is the post whose holder is to act (empty for drafts and returned ones), `since` the day
    it came there, `late` whether the time limit of the stage has passed, `note` the reason of a return.
    """

    kind: OpenKind
    since: date
    at_post: str = ""
    late: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class ItemSeed:
    """One item as its unit received it. Exactly one of `decision` and `open_work` is given."""

    key: str
    unit_host: str
    title: str
    problem: str
    analysis: str
    suggestions: str
    category: str
    keywords: tuple[str, ...]
    submitter_kind: SubmitterKind
    authors: tuple[str, ...]
    urgency: Urgency
    source: Source
    submitted_on: date
    decision: Decision | None = None
    open_work: OpenWork | None = None
    forwards: tuple[Forward, ...] = ()
    lookalike_of: str | None = None
