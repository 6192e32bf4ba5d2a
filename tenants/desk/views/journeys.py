"""The way of a report over all levels: drawn, told line by line, and what is awaited from whom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenants.accounts.models import User
from tenants.desk import prints
from tenants.desk.models import RegisterLine
from tenants.desk.prints import JourneySheet
from tenants.desk.views.adopted import edited_on
from tenants.desk.ways import way_of
from tenants.handling.journeys import Shown, handlings_of
from tenants.items.models import Item
from tenants.items.queries import author_names, get_visible
from tenants.items.views.common import reader
from tenants.review.queries import latest_run_seen
from zhitong.core import clock
from zhitong.core.errors import NotFound
from zhitong.core.operations import require_unit
from zhitong.core.workdays import Calendar, calendar
from zhitong.documents import downloads
from zhitong.documents.kinds import KINDS
from zhitong.exchange.journeys import Awaited, Journey, draw
from zhitong.exchange.journeys.telling import step_of
from zhitong.exchange.models import Assignment
from zhitong.exchange.operations import URGEABLE
from zhitong.exchange.queries import other_lines
from zhitong.ranking.queries import network_rules, points_of_items, shows_points
from zhitong.units.current import unit_in_force
from zhitong.web import navigation
from zhitong.web.parts import Action, JourneyStep, State
from zhitong.web.templatetags.zt import authors as authors_words
from zhitong.web.templatetags.zt import points, zt_due, zt_short

_URGING = "bell-ringing"
_FILES: dict[str, Callable[[JourneySheet], bytes]] = {"pdf": prints.pdf_of_journey, "docx": prints.docx_of_journey}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a way, to be read from top to bottom; `note` says where it began or goes on."""

    title: str
    note: str
    steps: Sequence[JourneyStep]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row of what is awaited: from whom, what, since when, for how many working days, and who looks after it.

    `act` is what the reader may do about it.
    """

    name: str
    what: str
    since: str
    days: int
    watched_by: str
    state: State
    act: Action | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of the whole way, with a clause beside it and the part of the page that shows it."""

    label: str
    value: str
    note: str
    url: str = ""


@login_required
@require_safe
def journey(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """What became of an item at every level, as far as each level lets it be seen.

    Raises:
        NotFound: the reader may not see the item, or it has not been submitted.
    """
    user = reader(request)
    found = get_visible(user, item_uuid)
    for_the_office = user.has_zt_perm("items.read_all")
    lines = other_lines(require_unit(), found.uuid, for_the_office=for_the_office)
    way = way_of(user, found, lines)
    if way is None:
        raise NotFound
    navigation.mark(request, "items" if for_the_office else "own_items")
    rules, unit = network_rules(), unit_in_force()
    earned = points_of_items(rules, unit, [found.uuid])
    days = calendar()
    handlings = handlings_of(user, found, for_the_office=for_the_office)
    line = RegisterLine.objects.filter(item=found).first() if for_the_office else None
    waiting = [_waiting(user, found, one, line) for one in way.awaited(days)]
    waiting += [_answer_awaited(one, part, days) for one in handlings for part in one.awaited]
    signed_by = authors_words(author_names(found))
    context = {
        "item": found,
        "number": way.fact.number_label,
        "signed_by": signed_by,
        "now_line": way.now,
        "cells": _cells(way, waiting, days),
        "tree": draw(way, author="" if found.dispatch_uuid or found.is_merged else signed_by),
        "told": _told(way),
        "awaited": waiting,
        "urge": _urge(waiting),
        "lines": lines,
        "handlings": handlings,
        "edited": edited_on(found, way),
        "shows_score": shows_points(rules, unit),
        "score": earned.get(found.uuid),
        "score_url": reverse("ranking:item", args=[found.uuid]),
        "back": reverse("desk:item", args=[found.uuid]),
        "phone_title": "去向",
    }
    return render(request, "desk/journey.html", context)


@login_required
@require_safe
def print_journey(request: HttpRequest, item_uuid: UUID, extension: str) -> FileResponse:
    """Hand out the way of an item as `pdf` or `docx`, with as much in it as the page shows this reader.

    Raises:
        NotFound: the reader may not see the item, it has not been submitted, or another sort of file.
    """
    user = reader(request)
    found = get_visible(user, item_uuid)
    lines = other_lines(require_unit(), found.uuid, for_the_office=user.has_zt_perm("items.read_all"))
    way = way_of(user, found, lines)
    if way is None or extension not in _FILES:
        raise NotFound
    earned = points_of_items(network_rules(), unit_in_force(), [found.uuid]).get(found.uuid)
    sheet = prints.sheet_of_journey(
        way,
        calendar(),
        title=found.title,
        signed_by=authors_words(author_names(found)),
        score=f"{points(earned)} 分" if earned is not None else "",
        reader=user.name,
    )
    return downloads.hand_out(
        actor=user.actor,
        content=_FILES[extension](sheet),
        name=f"去向单 {way.fact.number_label}.{extension}",
        media_type=KINDS[extension].media_type,
        made_of=found.uuid,
        object_kind="item",
        object_id=found.uuid,
    )


def _told(way: Journey) -> list[Line]:
    branches = way.branches
    lines = []
    for branch in branches:
        note = f"{branch.root.name}{'报送' if len(branch.stops) > 1 or branch.meets else ''}"
        if branch.meets:
            note += f"，在{branch.meets.name}与上面的线并在一起"
        steps = [step_of(stop, way.insider_of, indent=indent) for stop, indent in branch.stops]
        lines.append(Line(branch.title if len(branches) > 1 else "", note, steps))
    return lines


def _cells(way: Journey, awaited: Sequence[Waiting], days: Calendar) -> list[Cell]:
    summary = way.summary
    late = sum(one.state.kind == "late" for one in awaited)
    cells = [
        Cell("采用", str(len(summary.adopted)), f"处，最高{summary.highest}" if summary.adopted else "处", "#told"),
        Cell("批示", str(len(summary.instructions)), "件", "#told"),
        Cell("答复", str(len(summary.replies)), "件", "#told"),
        Cell("在等", str(len(awaited)), f"处，其中超期 {late}" if late else "处", "#awaited"),
    ]
    begun = clock.local_date(way.begun.submitted_at)
    lasted = days.between(begun, clock.today())
    return [*cells, Cell("历时", str(lasted), f"个工作日，{zt_short(begun)} 起")]


def _waiting(user: User, found: Item, one: Awaited, line: RegisterLine | None) -> Waiting:
    """Return a row of what is awaited, with what the register says of what this unit sent itself."""
    watched_by, state = one.watched_by, one.due or State(one.stop.outcome[0], "now")
    sent = one.stop.dispatch
    if line and sent and sent.sender_id == require_unit() and sent.item_uuid == found.uuid:
        watched_by = f"专人 {line.person}" if line.person else watched_by
        if line.check_on and not one.is_late:
            state = State(f"{zt_short(line.check_on)} 再查询", "late" if line.check_on < clock.today() else "now")
    return Waiting(one.stop.name, one.what, one.since, one.days, watched_by, state, _act(user, found, one))


def _answer_awaited(one: Shown, part: Assignment, days: Calendar) -> Waiting:
    """Return the row of a handler whose answer is awaited."""
    begun = clock.local_date(part.sent_at)
    asker = one.outcome.handling.asker.short_name
    return Waiting(
        part.name,
        "办理答复",
        f"{asker} {zt_short(begun)} 转办",
        days.between(begun, clock.today()),
        asker,
        zt_due(part.due_at) or State(part.get_state_display(), "now"),
        Action("看办理", url=one.url) if one.url else None,
    )


def _urge(waiting: Sequence[Waiting]) -> Action | None:
    """Return the urging of those who wait for it: of the only one at once, of several through their list."""
    urged = [one.act for one in waiting if one.act and one.act.icon == _URGING]
    if not urged:
        return None
    return Action(f"催办 {len(urged)} 家", url=urged[0].url if len(urged) == 1 else "#awaited")


def _act(user: User, found: Item, one: Awaited) -> Action | None:
    """Return what the reader may do about something that is awaited from, or by, their own unit."""
    stop = one.stop
    if stop.fact and stop.fact.unit_id == require_unit() and stop.fact.item_uuid == found.uuid:
        run = latest_run_seen(user, found)
        return Action("催办", url=reverse("review:run", args=[run.uuid])) if run and not stop.said_next else None
    sent = stop.dispatch if stop.dispatch and stop.dispatch.sender_id == require_unit() else None
    if sent and sent.body_id and user.has_zt_perm("exchange.record"):
        return Action("登记结果", url=reverse("desk:outcome", args=[sent.item_uuid]))
    if sent and sent.receiver_id and sent.state in URGEABLE and user.has_zt_perm("exchange.send"):
        return Action("催办", url=reverse("desk:urge", args=[sent.uuid]), icon=_URGING)
    return None
