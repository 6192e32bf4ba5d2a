"""A run, and a task of it, with everything its page shows, in a constant number of queries."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F

from tenants.accounts.models import Position, User
from tenants.accounts.queries import holdings_on
from tenants.items.models import Attachment, Edition, EditionKind, Item
from tenants.items.queries import drafts_open_to, hides_reviewers_from
from tenants.review import engine
from tenants.review.checking import current
from tenants.review.definition import Definition, Facts, Mode, Step, WhoKind, parse
from tenants.review.holders import Authors, authors_of
from tenants.review.models import PENDING, Absence, Act, Checklist, Copy, Phrase, Run, Task
from tenants.review.queries.access import reads_inner, reads_text, runs_seen_by
from tenants.review.queries.history import TimelineLine, acts_of, lines_of
from zhitong.core import clock
from zhitong.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class RunScreen:
    """A run with its item, texts, files and history; `tasks` are all of its tasks, by age.

    `acts` are those of this run, `lines` those of every run of the item. `posts` are names of posts by code, `away` the
    absences of who holds them, now or soon. With `hides_names` no reviewer's name may be shown to `reader`; without
    `shows_text` neither texts nor files. `editions` are the submitted and the reviewers' texts, `drafts` those written
    in turns before, as far as the reader may read them; `authors` are the humans behind the item.
    """

    reader: User
    run: Run
    item: Item
    definition: Definition
    tasks: list[Task]
    acts: list[Act]
    lines: list[TimelineLine]
    editions: list[Edition]
    drafts: list[Edition]
    authors: Authors
    files: list[Attachment]
    copies: list[Copy]
    posts: dict[str, str]
    away: dict[str, list[Absence]]
    hides_names: bool
    shows_text: bool

    @property
    def facts(self) -> Facts:
        """What conditions may ask of the run."""
        return engine.facts_of(self.item, self.run)

    @property
    def path(self) -> list[tuple[int, Step]]:
        """The steps this run passes or has passed, with their places in the flow."""
        ahead = engine.places(self.definition, self.facts, self.run.purpose)
        walked = {task.step for task in self.tasks}
        return [(place, self.definition.steps[place]) for place in sorted(walked.union(ahead))]

    def last_visit(self, place: int) -> list[Task]:
        """Return the tasks of the last time the step at `place` was walked."""
        tasks = [task for task in self.tasks if task.step == place]
        latest = max((task.round for task in tasks), default=0)
        return [task for task in tasks if task.round == latest]

    @property
    def here(self) -> list[Task]:
        """The tasks of the present visit of the step the run stands at."""
        return [task for task in self.tasks if (task.round, task.step) == (self.run.round, self.run.step)]

    @property
    def takes_back(self) -> bool:
        """Whether the last decision is the reader's own, to be taken back as far as the history tells."""
        return engine.can_take_back(self.acts, self.reader.pk)

    @property
    def original(self) -> Edition | None:
        """The author's latest text."""
        return next((text for text in reversed(self.editions) if text.kind == EditionKind.ORIGINAL), None)

    @property
    def edited(self) -> Edition | None:
        """The latest text of a reviewer made from the author's latest one, None before anybody edited it."""
        last = self.editions[-1] if self.editions else None
        return last if last and last.kind != EditionKind.ORIGINAL else None

    @property
    def compared(self) -> tuple[Edition, Edition] | None:
        """What a comparison sets side by side: original and edited text, or the texts before and after a return."""
        if self.original and self.edited:
            return self.original, self.edited
        return (self.editions[-2], self.editions[-1]) if len(self.editions) > 1 else None

    @property
    def comparable(self) -> list[Edition]:
        """Every text that can be set beside another, in the order they were written."""
        return sorted([*self.drafts, *self.editions], key=lambda text: text.number)

    def hides_writer(self, edition: Edition) -> bool:
        """Whether the reader may not know who wrote a text: a reviewer's, where the unit hides them."""
        writer = edition.writer
        if not self.hides_names or writer is None or writer.pk == self.reader.pk:
            return False
        return edition.kind != EditionKind.ORIGINAL and not self.authors.include(writer)


@dataclass(frozen=True, slots=True)
class TaskScreen(RunScreen):
    """A task of the reader's (or one they may read), with the phrases to hand and the checklist its step demands."""

    task: Task
    phrases: list[Phrase]
    checklist: Checklist | None

    @property
    def step(self) -> Step:
        """The step the task belongs to."""
        return self.definition.steps[self.task.step]

    @property
    def is_own(self) -> bool:
        """Whether the reader holds this task."""
        return self.task.holder_id == self.reader.pk

    @property
    def is_mine(self) -> bool:
        """Whether the reader can act on this task now."""
        return self.is_own and self.task.state == Task.State.OPEN

    @property
    def decides(self) -> bool:
        """Whether the task decides the item; else it only answers whoever asked."""
        return self.task.kind in {Task.Kind.DECIDE, Task.Kind.AFTER}

    @property
    def children(self) -> list[Task]:
        """The pending tasks that this one asked for."""
        return [task for task in self.tasks if task.parent_id == self.task.pk and task.state in PENDING]

    @property
    def opinions(self) -> list[Task]:
        """The opinions given or awaited at the present visit of a joint step, and the answers to this task."""
        visit = [task for task in self.tasks if (task.round, task.step) == (self.task.round, self.task.step)]
        gone = {Task.State.HANDED_ON, Task.State.CANCELLED, Task.State.SUPERSEDED}
        asked = [task for task in visit if task.kind == Task.Kind.OPINION or task.parent_id == self.task.pk]
        return [task for task in asked if task.state not in gone and task.kind != Task.Kind.AFTER]

    @property
    def next_step(self) -> Step | None:
        """The step that a pass leads to: back to who returned it, or the next one; None when this is the last."""
        if self.run.back_to:
            return self.definition.steps[int(self.run.back_to["step"])]
        return next((step for place, step in self.path if place > self.task.step), None)

    @property
    def earlier_steps(self) -> list[Step]:
        """The steps walked before this one, where the item can be returned to."""
        walked = {task.step for task in self.tasks if task.step < self.task.step}
        return [step for place, step in self.path if place in walked]

    @property
    def others_open(self) -> int:
        """How many others have to decide the present step beside this task."""
        pending = (Task.State.OPEN, Task.State.WAITING)
        kinds = (Task.Kind.DECIDE, Task.Kind.AFTER)
        return sum(
            task.state in pending and task.kind in kinds and task.pk != self.task.pk
            for task in self.tasks
            if task.round == self.task.round
        )

    @property
    def is_vote(self) -> bool:
        """Whether the task is one voice of several, so that nobody ends the review alone."""
        return self.step.mode is Mode.N_OF_M and self.decides and self.votes_asked > 1 and self.task.seat is not None

    @property
    def votes_asked(self) -> int:
        """How many were asked to vote at the present step."""
        return engine.votes_asked(self.here)

    @property
    def votes_for(self) -> int:
        """How many have voted for it."""
        return sum(task.kind == Task.Kind.DECIDE and task.verb == "pass" for task in self.here)

    @property
    def is_collator(self) -> bool:
        """Whether the task collates opinions: of a joint step, or those that its holder has asked for."""
        own = [task for task in self.tasks if task.parent_id == self.task.pk and task.kind == Task.Kind.OPINION]
        asked = any(task.question_id and task.state == Task.State.DONE for task in own)
        return self.task.kind == Task.Kind.DECIDE and (asked or self.step.mode is Mode.JOINT)

    @property
    def ends_step(self) -> bool:
        """Whether a pass of this task takes the run beyond its step."""
        if any(child.kind == Task.Kind.AFTER for child in self.children):
            return False
        if self.is_vote:
            return self.votes_for + 1 >= self.step.votes_needed(self.votes_asked)
        one_is_enough = self.step.mode in {Mode.ANY, Mode.JOINT} or self.task.seat is None
        return not self.others_open or (one_is_enough and self.task.kind == Task.Kind.DECIDE)

    @property
    def is_last(self) -> bool:
        """Whether a pass of this task ends the chain."""
        return self.next_step is None and self.ends_step

    @property
    def chooses_next(self) -> Step | None:
        """The next step where whoever passes this one chooses who decides it."""
        step = self.next_step
        chooses = step is not None and any(entry.kind is WhoKind.CHOSEN_BY_PREVIOUS for entry in step.who)
        return step if chooses and self.ends_step and not self.run.back_to else None

    @property
    def pass_asks(self) -> bool:
        """Whether passing asks for more than a press: what becomes of it, how hard it is, who is next, a summary."""
        asks = self.step.asks_destination or self.step.asks_difficulty
        return bool(self.is_last or self.is_collator or asks or self.chooses_next)

    @property
    def can_return(self) -> bool:
        """Whether there is anybody to return the item to: its author or an earlier step."""
        return self.returns_to_author or bool(self.earlier_steps)

    @property
    def returns_to_author(self) -> bool:
        """Whether the author can have it back: not what others wrote, nor what is signed off for sending."""
        of_others = self.item.is_merged or self.item.dispatch_uuid is not None
        return not of_others and self.run.purpose == Run.Purpose.REVIEW


def load_screen(user: User, task_uuid: UUID) -> TaskScreen:
    """Return the screen of a task that `user` holds, or may read by the right to read all reviews.

    Raises:
        NotFound: absent, or not for this reader. Who was given the text to write on (the author, perhaps) has a page
            of their own, and no reviewer's screen.
    """
    tasks = Task.objects.select_related("run__item__group", "run__flow_version__flow", "holder", "position", "question")
    task = tasks.filter(uuid=task_uuid).first()
    if task is None or (task.holder_id != user.pk and not user.has_zt_perm("review.read_all")):
        raise NotFound
    if task.holder_id == user.pk and task.kind == Task.Kind.WRITE:
        raise NotFound
    shared = _shared(user, task.run)
    mine = next(one for one in shared["tasks"] if one.pk == task.pk)
    step = shared["definition"].steps[task.step]
    return TaskScreen(
        **shared,
        task=mine,
        phrases=phrases_of(user),
        checklist=current(step.checklist) if step.checklist else None,
    )


def load_run(user: User, run_uuid: UUID) -> RunScreen:
    """Return the screen of a run that `user` may see.

    Raises:
        NotFound: absent, or not for this reader.
    """
    runs = runs_seen_by(user).select_related("item__group", "flow_version__flow")
    run = runs.filter(uuid=run_uuid).first()
    if run is None:
        raise NotFound
    return RunScreen(**_shared(user, run))


def phrases_of(user: User) -> list[Phrase]:
    """Return the reader's own phrases, then the unit's."""
    found = Phrase.objects.filter(owner=user) | Phrase.objects.filter(owner__isnull=True)
    return list(found.order_by(F("owner").asc(nulls_last=True), "order", "pk"))


def _shared(user: User, run: Run) -> dict[str, Any]:
    item, acts = run.item, acts_of(run.item)
    hides, shows = hides_reviewers_from(user, item), reads_text(user, run)
    tasks = run.tasks.select_related("holder", "position", "in_stead_of", "asked_by").order_by("pk")
    definition = parse(run.flow_version.definition)
    return {
        "reader": user,
        "run": run,
        "item": item,
        "definition": definition,
        "tasks": list(tasks),
        "acts": [act for act in acts if act.run_id == run.pk],
        "lines": lines_of(acts, item, hide_names=hides, inner=reads_inner(user, item)),
        "editions": list(item.editions.select_related("writer").order_by("number")) if shows else [],
        "drafts": drafts_open_to(user, item) if shows else [],
        "authors": authors_of(item),
        "files": list(item.attachments.filter(removed_at__isnull=True)) if shows else [],
        "copies": list(run.copies.select_related("reader").order_by("-at", "-pk")),
        "posts": dict(Position.objects.values_list("code", "name")),
        "away": _away(definition, clock.today()),
        "hides_names": hides,
        "shows_text": shows,
    }


def _away(definition: Definition, today: date) -> dict[str, list[Absence]]:
    """Return who of the holders of a flow's posts is away, now or soon, by the code of the post."""
    codes = {who.code for step in definition.steps for who in step.who if who.kind is WhoKind.POST}
    holdings = list(holdings_on(today).filter(position__code__in=codes).values_list("position__code", "user_id"))
    rows = Absence.objects.filter(user__in=[user for _, user in holdings], ended_at=None, away_through__gte=today)
    by_user: dict[int, list[Absence]] = {}
    for row in rows.select_related("user", "stand_in").order_by("away_from", "pk"):
        by_user.setdefault(row.user_id, []).append(row)
    found: dict[str, list[Absence]] = {}
    for code, user in holdings:
        found.setdefault(code, []).extend(by_user.get(user, []))
    return found
