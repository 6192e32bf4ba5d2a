"""What is told of each place: its events in words, as much of them as the reader may know."""

from collections.abc import Set

from zhitong.core import clock
from zhitong.exchange.journeys.stops import OUTCOMES, Node, Stop, is_undone, stands
from zhitong.exchange.models import Event, EventKind, HandlingStep, Visibility
from zhitong.exchange.words import leader_words
from zhitong.web.parts import JourneyEvent, JourneyStep, State, StateKind, StationKind, Tag
from zhitong.web.templatetags.zt import zt_short

_LOOK = {"ok": "ok", "now": "now", "back": "back", "kept": "kept", "": "off"}
_STATE: dict[StationKind, StateKind] = {"ok": "ok", "now": "now", "back": "soon", "kept": "off", "": ""}


def step_of(stop: Stop, insider_of: Set[Node], *, indent: int = 0) -> JourneyStep:
    """Return a place with its events in words; `indent` counts the branches it lies off the main way."""
    has_instruction = any(event.kind == EventKind.INSTRUCTION for event in stop.standing)
    return JourneyStep(
        stop.name,
        state_of(stop),
        [_line(event, stop, is_open=is_open(event, insider_of)) for event in stop.events],
        _LOOK[stop.outcome[1]],  # type: ignore[arg-type]
        [
            *([Tag(stop.line)] if stop.line else []),
            *([Tag("批示", "pishi")] if has_instruction else []),
        ],
        next_of(stop) if stop.waits else "",
        key=stop.key,
        indent=indent,
    )


def state_of(stop: Stop) -> State:
    """Return the outcome of a place with its look."""
    word, look = stop.outcome
    return State(word, _STATE[look])


def is_open(event: Event, insider_of: Set[Node]) -> bool:
    """Return whether the reader may know a leader's name and words, or those of an answer."""
    answer = _answer_of(event)
    if answer is not None and answer.assignment.handling.is_released:
        return True
    return event.visibility == Visibility.FULL or Node(event.unit_id, event.item_uuid) in insider_of


def _answer_of(event: Event) -> HandlingStep | None:
    """Return the final answer of a handler that an event tells, None for any other event."""
    step: HandlingStep | None = getattr(event, "handling_step", None)
    return step


def who_instructed(event: Event, insider_of: Set[Node]) -> str:
    """Return the leader of an instruction: by name where that is open, else by rank."""
    return event.leader if is_open(event, insider_of) and event.leader else leader_words(event.leader_rank)


def _line(event: Event, stop: Stop, *, is_open: bool) -> JourneyEvent:
    what = stop.mode_of(event).label if event.mode else EventKind(event.kind).label
    if event.reverses_id:
        what = "拆开综合稿" if event.kind == EventKind.MERGED else f"冲正：{what}"
    where = f"刊《{event.bulletin}》" if event.bulletin else ""
    if event.issue_number:
        where += f"第 {event.issue_number} 期"
    if event.kind == EventKind.INSTRUCTION and not event.reverses_id:
        detail = event.leader if is_open and event.leader else leader_words(event.leader_rank)
    elif answer := _answer_of(event):
        detail = f"{event.by}，办理结果 {answer.get_result_display()}"
    else:
        detail = where or stop.reason_of(event)
    if event.kind in {EventKind.SUBMITTED, EventKind.ACCEPTED} and stop.fact:
        detail = f"编号 {stop.fact.number_label}"
    if event.kind == EventKind.MERGED and stands(event):
        detail = f"与另外 {stop.merged_with} 篇综合成一篇"
    return JourneyEvent(
        when=zt_short(event.at),
        what=what,
        detail=detail,
        quote=event.words if is_open else "",
        hidden=f"{EventKind(event.kind).label}全文未开放" if event.words and not is_open else "",
        note="核改后采用" if event.is_edited and not event.reverses_id else "",
        outcome=event.kind in OUTCOMES,
        undone=is_undone(event),
    )


def next_of(stop: Stop) -> str:
    """Return what is awaited at a place."""
    if stop.said_next:
        return stop.said_next
    if stop.dispatch and stop.dispatch.body_id:
        return f"等{stop.name}答复，由报送单位登记结果"
    if stop.dispatch and stop.fact is None and stop.dispatch.due_at:
        return f"等{stop.name}签收，应在 {stop.dispatch.due_at.astimezone(clock.SHANGHAI):%m-%d %H:%M} 前"
    return f"等{stop.name}审核"
