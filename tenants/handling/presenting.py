"""Handlings as pages show them: states, steps, the text as it was passed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from tenants.items.texts import LABELS, SECTIONS
from zhitong.core import clock
from zhitong.exchange.models import Assignment, Grant, Handling, HandlingFile, HandlingStep, StepKind
from zhitong.web.parts import Fact, Passage, State, Tag
from zhitong.web.parts.basics import StateKind
from zhitong.web.templatetags.zt import zt_due, zt_short

_LOOKS: dict[str, StateKind] = {
    Assignment.State.SENT: "now",
    Assignment.State.WORKING: "now",
    Assignment.State.REFUSING: "soon",
    Assignment.State.GIVEN_BACK: "off",
    Assignment.State.ANSWERED: "ok",
    Assignment.State.TAKEN_BACK: "off",
}


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step: when, who, what, in which words, and a note of what it set (limit, class, proposal), with its files."""

    when: datetime
    who: str
    what: str
    words: str
    note: str
    files: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Part:
    """A handler's part on a page: itself, how it stands and until when, its steps."""

    assignment: Assignment
    state: State
    due: State | None
    steps: Sequence[StepLine]


def state_of(assignment: Assignment) -> State:
    """Return how a handler stands, with its look; a request for more time says so."""
    word = assignment.get_state_display()
    if assignment.extension_asked_at and assignment.state == Assignment.State.WORKING:
        return State("申请延期", "soon")
    return State(word, _LOOKS[assignment.state])


def due_of(assignment: Assignment) -> State | None:
    """Return the limit that runs: of the receipt, then of the answer; None when nothing is owed."""
    if not assignment.is_open:
        return None
    first = assignment.state == Assignment.State.SENT and assignment.receipt_due_at < clock.now()
    return zt_due(assignment.receipt_due_at if first else assignment.due_at)


def role_tag(assignment: Assignment) -> Tag:
    """Return whether a handler leads or joins in."""
    return Tag(assignment.get_role_display(), "blue" if assignment.role == Assignment.Role.LEAD else "")


def part(assignment: Assignment, *, with_files: bool = True) -> Part:
    """Return a handler's part; its steps are prefetched."""
    steps = [line(step, with_files=with_files) for step in assignment.steps.all()]
    return Part(assignment, state_of(assignment), due_of(assignment), steps)


def line(step: HandlingStep, *, with_files: bool = True) -> StepLine:
    """Return a step as a line; its files are prefetched."""
    files = file_facts(step.files.all()) if with_files else [Fact(file.name, size(file)) for file in step.files.all()]
    return StepLine(step.at, step.by, StepKind(step.kind).label, _words(step), _note(step), files)


def _words(step: HandlingStep) -> str:
    # What was asked stands at the head of every page; it is no news in the list.
    return "" if step.kind == StepKind.ASSIGNED else step.words


def _note(step: HandlingStep) -> str:
    notes = []
    if step.until:
        verb = {StepKind.EXTENSION_ASKED: "申请延到", StepKind.EXTENSION_GRANTED: "延到"}.get(StepKind(step.kind), "")
        notes.append(f"{verb or '限'} {zt_short(step.until)}{'' if verb else ' 前答复'}")
    if step.result:
        notes.append(f"办理结果 {step.get_result_display()}")
    if step.proposal:
        notes.append(f"建议由{step.proposal}办理")
    return "，".join(notes)


def file_facts(files: Iterable[HandlingFile]) -> list[Fact]:
    """Return files of steps, each leading to its download."""
    return [Fact(file.name, size(file), reverse("handling:file", args=[file.uuid])) for file in files]


def size(file: HandlingFile | Grant) -> str:
    """Return how large a file is, in words."""
    return f"{max(1, file.size // 1024):,} KB"


def passages(handling: Handling) -> list[Passage]:
    """Return the text as it was passed on."""
    content = handling.packet.content
    return [
        Passage(LABELS[name], [words for words in content[name].split("\n") if words.strip()])
        for name in SECTIONS
        if content.get(name)
    ]


def basis(handling: Handling) -> list[Fact]:
    """Return what a handling rests on, as its handlers may read it: who asks, which instruction, what is asked."""
    values = [
        ("交办单位", handling.asker.short_name),
        ("编号", str(handling.packet.content.get("number_label", ""))),
        ("批示", handling.leader),
        ("批示内容", handling.words),
        ("转办", f"{zt_short(handling.sent_at)}{f'，第 {handling.round} 次' if handling.round > 1 else ''}"),
    ]
    return [Fact(label, value) for label, value in values if value]
