"""What was passed to handlers, and what became of it: for the asking unit, the handler, and the authors below."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from zhitong.core import clock
from zhitong.exchange.journeys import Node
from zhitong.exchange.models import (
    Assignment,
    Event,
    EventKind,
    Handling,
    HandlingFile,
    HandlingStep,
    Satisfaction,
    StepKind,
    Visibility,
)
from zhitong.exchange.models.handling import OPEN
from zhitong.exchange.queries.chains import chain_up

State = Assignment.State
_UNSATISFIED = Satisfaction.objects.filter(handling=OuterRef("handling_id"), rating=Satisfaction.Rating.UNSATISFIED)


def assignments_by(unit_id: int) -> QuerySet[Assignment]:
    """Return what the unit passed to handlers, one row for each, newest first."""
    return _rows().filter(handling__asker_id=unit_id)


def assignments_to(unit_id: int) -> QuerySet[Assignment]:
    """Return what was passed to the unit, newest first; what was taken back is not shown any more."""
    return _rows().filter(unit_id=unit_id).exclude(state=State.TAKEN_BACK)


def is_late() -> Q:
    """Return the condition on assignments past their limit: of the answer, or of the receipt."""
    now = clock.now()
    return Q(state__in=OPEN, due_at__lt=now) | Q(state=State.SENT, receipt_due_at__lt=now)


def is_unsatisfied() -> Q:
    """Return the condition on assignments whose answer an author was not satisfied with."""
    return Q(Exists(_UNSATISFIED), state=State.ANSWERED)


def handling_of(unit_id: int, handling_uuid: UUID) -> Handling | None:
    """Return a handling that the unit asked for, with all that happened, by a constant number of queries."""
    return _whole(Handling.objects.filter(asker_id=unit_id, uuid=handling_uuid)).first()


def assignment_to(unit_id: int, assignment_uuid: UUID) -> Assignment | None:
    """Return what was passed to the unit, with the steps between it and the asker."""
    return _with_steps().filter(uuid=assignment_uuid, unit_id=unit_id).first()


def assignment_outside(asker_id: int, assignment_uuid: UUID) -> Assignment | None:
    """Return what the unit passed to somebody without an account, with the steps between the two."""
    return _with_steps().filter(uuid=assignment_uuid, unit__isnull=True, handling__asker_id=asker_id).first()


def answers_of_others(assignment: Assignment) -> list[HandlingStep]:
    """Return the co-handlers' final answers, for the lead; nobody else's business."""
    if assignment.role != Assignment.Role.LEAD:
        return []
    answered = HandlingStep.objects.filter(
        assignment__handling_id=assignment.handling_id, assignment__role=Assignment.Role.CO, kind=StepKind.ANSWERED
    )
    return list(answered.select_related("assignment__unit").prefetch_related("files").order_by("pk"))


def earlier_answers(assignment: Assignment) -> list[HandlingStep]:
    """Return what the same handler answered in the round before."""
    before = assignment.handling.follows_id
    if before is None:
        return []
    own = Q(assignment__unit__isnull=True, assignment__department=assignment.department)
    if assignment.unit_id:
        own = Q(assignment__unit_id=assignment.unit_id)
    earlier = HandlingStep.objects.filter(own, assignment__handling_id=before, kind=StepKind.ANSWERED)
    return list(earlier.prefetch_related("files").order_by("pk"))


def file_of(unit_id: int, file_uuid: UUID) -> HandlingFile | None:
    """Return a file of a step that the unit may read: as the asker, as its handler, or as lead of a co-handler."""
    file = HandlingFile.objects.select_related("owner", "step__assignment__handling").filter(uuid=file_uuid).first()
    if file is None:
        return None
    assignment = file.step.assignment
    if unit_id in {assignment.handling.asker_id, assignment.unit_id}:
        return file
    leads = Assignment.objects.filter(
        handling_id=assignment.handling_id, role=Assignment.Role.LEAD, unit_id=unit_id
    ).exclude(state__in=[State.GIVEN_BACK, State.TAKEN_BACK])
    return file if file.step.kind == StepKind.ANSWERED and leads.exists() else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the authors of an item, and the units below, may know of a handling.

    `handlers` are who handles now. `answer` is the lead's final answer once there is one; its words and files are open
    when `is_open`. `rating` is what the authors of this item said of it.
    """

    handling: Handling
    handlers: Sequence[Assignment]
    answer: HandlingStep | None
    is_open: bool
    rating: Satisfaction | None

    @property
    def awaits_rating(self) -> bool:
        """Whether the authors may now say how satisfied they are."""
        return self.answer is not None and self.is_open and self.rating is None


def outcomes_of(unit_id: int, item_uuid: UUID, *, for_the_office: bool = False) -> list[Outcome]:
    """Return every handling of an item and of what was made of it above, oldest first, by a constant number of queries.

    The caller has checked that the reader may see the item.

    Args:
        for_the_office: the reader reads for the unit: what this unit asked for itself is open to them.
    """
    nodes = chain_up(unit_id, item_uuid)
    above = Handling.objects.filter(
        asker_id__in={node.unit_id for node in nodes},
        item_uuid__in={node.item_uuid for node in nodes},
        ended_at__isnull=True,
    )
    found = []
    for handling in _whole(above).order_by("pk"):
        if Node(handling.asker_id, handling.item_uuid) not in nodes:
            continue
        handlers = [one for one in handling.assignments.all() if one.state not in {State.GIVEN_BACK, State.TAKEN_BACK}]
        steps = [step for one in handlers if one.role == Assignment.Role.LEAD for step in one.steps.all()]
        answer = next((step for step in steps if step.kind == StepKind.ANSWERED), None)
        is_open = handling.is_released or (for_the_office and handling.asker_id == unit_id)
        own = (one for one in handling.ratings.all() if (one.unit_id, one.item_uuid) == (unit_id, item_uuid))
        found.append(Outcome(handling, handlers, answer, is_open, next(own, None)))
    return found


def instructions_on(unit_id: int, item_uuid: UUID) -> list[Event]:
    """Return the standing instructions on an item and on what was made of it above, newest first."""
    nodes = chain_up(unit_id, item_uuid)
    events = Event.objects.filter(
        kind=EventKind.INSTRUCTION,
        unit_id__in={node.unit_id for node in nodes},
        item_uuid__in={node.item_uuid for node in nodes},
        reverses__isnull=True,
        reversed_by__isnull=True,
    )
    return [
        event
        for event in events.select_related("unit", "body").order_by("-occurred_on", "-id")
        if Node(event.unit_id, event.item_uuid) in nodes
    ]


def may_pass_words(unit_id: int, event: Event) -> bool:
    """Return whether the unit may pass on who wrote an instruction and what it says."""
    return event.unit_id == unit_id or event.visibility == Visibility.FULL


def handled_instructions(unit_id: int, item_uuids: Iterable[UUID]) -> set[int | None]:
    """Return the keys of the instructions that the unit has passed on for these items; None for an item alone."""
    standing = Handling.objects.filter(asker_id=unit_id, item_uuid__in=list(item_uuids), ended_at__isnull=True)
    return set(standing.values_list("instruction_id", flat=True))


def _rows() -> QuerySet[Assignment]:
    return Assignment.objects.select_related(
        "unit", "handling__packet", "handling__asker", "handling__instruction"
    ).order_by("-sent_at", "-id")


def _with_steps() -> QuerySet[Assignment]:
    return (
        Assignment.objects.exclude(state=State.TAKEN_BACK)
        .select_related("unit", "handling__packet", "handling__asker", "handling__follows")
        .prefetch_related(_steps("steps"))
    )


def _steps(name: str) -> "Prefetch[str, QuerySet[HandlingStep], str]":
    return Prefetch(name, HandlingStep.objects.prefetch_related("files").order_by("number"))


def _whole(handlings: QuerySet[Handling]) -> QuerySet[Handling]:
    assignments = Assignment.objects.select_related("unit").prefetch_related(_steps("steps")).order_by("-role", "pk")
    ratings = Satisfaction.objects.select_related("unit").order_by("pk")
    return handlings.select_related("packet", "asker", "instruction", "follows").prefetch_related(
        Prefetch("assignments", assignments), Prefetch("ratings", ratings)
    )
