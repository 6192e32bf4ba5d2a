"""Who would get an item, and when would it be due? The engine itself walks an item that nobody wrote down.

Every step is passed at its limit (at once where it has none), so the dates are the latest ones. Nothing is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from tenants.accounts.models import User
from tenants.items.models import Item, Source, SubmitterKind, Urgency
from tenants.review import engine, holders
from tenants.review.clocks import detours
from tenants.review.definition import CHOSEN, PLAIN, Definition, Step, WhoKind
from tenants.review.engine import Frame
from tenants.review.holders import Authors
from tenants.review.models import PENDING, FlowVersion, Run, Task, Verb
from zhitong.core import clock, workdays
from zhitong.core.errors import WrongState
from zhitong.core.operations import Actor

SKIPPED = "跳过：没有人可以办"
ASKED_ONCE = "跳过：上一步已由同一人通过"


@dataclass(frozen=True, slots=True)
class Trial:
    """The item that is tried out: its author (None: somebody without an account) and what conditions ask of it.

    `destinations` and `difficulty` are set at the steps that ask for them; `start` (aware) is when it is submitted.
    """

    start: datetime
    author: User | None = None
    urgency: str = Urgency.ORDINARY
    category: str = ""
    source: str = Source.ORIGINAL
    submitter_kind: str = SubmitterKind.MEMBER
    destinations: tuple[str, ...] = ()
    difficulty: str = PLAIN


@dataclass(frozen=True, slots=True)
class TriedPerson:
    """One who would be asked: `in_stead_of` whom they stand in for, `due` (None without limit) and why, as words."""

    user: User
    in_stead_of: User | None
    due: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class TriedStep:
    """One step of the way: who is asked, when they are through at the latest; `note` where nobody of its own is asked.

    `choice` counts among how many the one asked would be chosen (0: nobody chooses); `to_administrator` says that no
    holder can decide.
    """

    place: int
    opened: datetime
    people: Sequence[TriedPerson] = ()
    until: datetime | None = None
    note: str = ""
    choice: int = 0
    to_administrator: bool = False


@dataclass(slots=True)
class Tried:
    """The whole way. `refused` says why the item could not even go on; `takes` whether the flow takes it at all."""

    steps: list[TriedStep] = field(default_factory=list)
    refused: str = ""
    takes: bool = True
    start: datetime | None = None
    end: datetime | None = None

    @property
    def links(self) -> frozenset[tuple[int | None, int | None]]:
        """From where to where it went: None is the start and the end; open at a refusal."""
        stations: list[int | None] = [None, *(step.place for step in self.steps)]
        stations += [] if self.refused else [None]
        return frozenset(pairwise(stations))

    @property
    def working_days(self) -> int:
        """How many working days lie between start and end."""
        assert self.start
        assert self.end
        return workdays.calendar().between(clock.local_date(self.start), clock.local_date(self.end))

    @property
    def why(self) -> str:
        """What lengthens the way: 端午顺延，含调休上班日."""
        assert self.start
        assert self.end
        days = clock.local_date(self.start), clock.local_date(self.end)
        return detours(workdays.calendar(), *days).lstrip("，")


def try_out(actor: Actor, version: FlowVersion, definition: Definition, trial: Trial) -> Tried:
    """Return the way of an item through a flow, as the engine would lead it if every step passed at its limit."""
    frame = _frame(actor, version, definition, trial)
    tried = Tried(takes=not definition.when or definition.takes(frame.facts), start=trial.start)
    for _place, step in definition.path(frame.facts):
        _choose(frame, step, WhoKind.CHOSEN_BY_STARTER)
    frame.act(Verb.START)
    after: int | None = None
    try:
        while _go_on(frame, after, tried):
            after = frame.run.step
            _pass(frame, tried)
            if frame.step.asks_destination:
                frame.run.destinations = list(trial.destinations)
            if frame.step.asks_difficulty:
                frame.run.difficulty = trial.difficulty
    except WrongState as refusal:
        tried.refused = refusal.message
    tried.end = frame.moment
    return tried


def _frame(actor: Actor, version: FlowVersion, definition: Definition, trial: Trial) -> Frame:
    item = Item(
        urgency=trial.urgency,
        category=trial.category,
        source=trial.source,
        submitter_kind=trial.submitter_kind,
    )
    author = trial.author
    persons: frozenset[UUID] = frozenset({author.person_uuid} if author and author.person_uuid else ())
    return Frame(
        actor=actor,
        user=None,
        run=Run(item=item, flow_version=version, started_at=trial.start),
        item=item,
        definition=definition,
        authors=Authors(frozenset({author.pk} if author else ()), persons, author.pk if author else None),
        tasks=[],
        last_seq=0,
        moment=trial.start,
    )


def _go_on(frame: Frame, after: int | None, tried: Tried) -> bool:
    """Let the run go on behind `after`; return whether it stands at a step now, else it is through."""
    expected = engine.walk(frame, after)
    if after is not None and expected:
        _choose(frame, frame.definition.steps[expected[0]], WhoKind.CHOSEN_BY_PREVIOUS)
    opened = engine.advance(frame, after, decided=after is not None)
    for place in expected:
        if opened and place == frame.run.step:
            break
        asked = any(task.step == place for task in frame.tasks)
        tried.steps.append(TriedStep(place, frame.moment, note=ASKED_ONCE if asked else SKIPPED))
    return opened


def _pass(frame: Frame, tried: Tried) -> None:
    """Let everybody pass the present step at their limit, until it is through."""
    opened = frame.moment
    while True:
        task = next(task for task in frame.here if task.state == Task.State.OPEN)
        frame.moment = max(frame.moment, task.due_at or frame.moment)
        if task.kind == Task.Kind.OPINION:
            _answer(frame, task)
            continue
        frame.act(Verb.PASS, task=task)
        frame.put(task, Task.State.DONE, Verb.PASS)
        if engine.is_through(frame):
            break
    tried.steps.append(
        TriedStep(
            place=frame.run.step,
            opened=opened,
            people=[TriedPerson(task.holder, task.in_stead_of, task.due_at, task.due_why) for task in frame.here],
            until=frame.moment if any(task.due_at for task in frame.here) else None,
            choice=_choice(frame),
            to_administrator=any(task.seat is None for task in frame.here),
        )
    )


def _answer(frame: Frame, task: Task) -> None:
    """Let a committee of a joint step give its opinion; with the last one the collator is asked."""
    frame.act(Verb.ANSWER, task=task)
    frame.put(task, Task.State.DONE, Verb.ANSWER)
    for sibling in frame.here:
        if sibling.kind == Task.Kind.OPINION and sibling.seat == task.seat and sibling.state in PENDING:
            frame.put(sibling, Task.State.SUPERSEDED)
    if engine.opinions_are_in(frame):
        engine.open_collator(frame)


def _choose(frame: Frame, step: Step, kind: WhoKind) -> None:
    """Choose the first of those who can be chosen, where a step leaves the choice to the starter or the step before."""
    entry = next((one for one in step.who if one.kind is kind), None)
    possible = holders.candidates(entry, frame.asking(step)) if entry else []
    if possible:
        frame.run.choices = {**frame.run.choices, step.key: [str(possible[0].uuid)]}


def _choice(frame: Frame) -> int:
    """Return among how many the present step's holder was chosen."""
    if frame.step.key not in frame.run.choices:
        return 0
    asking = frame.asking(frame.step)
    return sum(len(holders.candidates(one, asking)) for one in frame.step.who if one.kind in CHOSEN)
