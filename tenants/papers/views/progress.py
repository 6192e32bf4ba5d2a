"""How far everybody is whom a paper was given to: units in numbers, the unit's own people by name."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from tenants.papers import queries
from tenants.papers.queries import Asked
from tenants.papers.views.common import progress_state
from zhitong.core import clock, glossary
from zhitong.exchange.models import Paper, PaperKind
from zhitong.exchange.queries import Progress
from zhitong.exchange.queries import progress as progress_of
from zhitong.web.parts import Action, Cell, KeyFigure, State, TableColumn, TableRow
from zhitong.web.templatetags.zt import zt_short


def context(paper: Paper) -> dict[str, Any]:
    """Return figures, both tables and what the sender can do, in a constant number of queries."""
    units, people = progress_of(paper), queries.asked(paper)
    return {
        "figures": _figures(paper, units, people),
        "unit_columns": _unit_columns(paper),
        "unit_rows": [_unit_row(paper, one) for one in units],
        "people_columns": _people_columns(paper),
        "people_rows": [_person_row(paper, one) for one in people],
        **_actions(paper, units, people),
    }


def unit_owes(paper: Paper, one: Progress) -> bool:
    """Return whether something is still awaited of a receiver: a text for a call, else the receipt."""
    return not one.written if paper.kind == PaperKind.CALL else one.delivery.received_at is None


def _figures(paper: Paper, units: list[Progress], people: list[Asked]) -> list[KeyFigure]:
    found = []
    if units:
        received = sum(one.delivery.received_at is not None for one in units)
        found.append(KeyFigure(glossary.RECEIVED, received, "个", against=f"共 {len(units)} 个单位"))
    if paper.kind == PaperKind.CALL:
        below, own = sum(one.written for one in units), sum(one.written for one in people)
        taken = sum(one.adopted for one in units) + sum(one.adopted for one in people)
        silent = sum(unit_owes(paper, one) for one in units) + sum(queries.owes(paper, one) for one in people)
        found += [
            KeyFigure("已写", below + own, "篇", against=f"本单位 {own} 篇" if units and people else ""),
            KeyFigure("采用", taken, "篇", against="本单位采用的"),
            KeyFigure("还没写", silent, "个", against="单位和人员"),
        ]
        return found
    read = sum(one.delivery.readers for one in units) + sum(one.read_at is not None for one in people)
    found.append(KeyFigure("已读", read, "人", against=f"本单位共 {len(people)} 人" if people else ""))
    if paper.needs_confirm:
        sure = sum(one.delivery.confirmed for one in units) + sum(one.confirmed_at is not None for one in people)
        found.append(KeyFigure("已确认", sure, "人"))
    return found


def _unit_columns(paper: Paper) -> list[TableColumn]:
    counts = ("已写", "采用") if paper.kind == PaperKind.CALL else ("已读", "已确认")[: 1 + paper.needs_confirm]
    return [
        *(TableColumn(label) for label in ("接收单位", "状态", "签收", "催办")),
        *(TableColumn(label, number=True) for label in counts),
    ]


def _unit_row(paper: Paper, one: Progress) -> TableRow:
    delivery = one.delivery
    if paper.kind == PaperKind.CALL:
        counts = [said("已写", one.written, "篇"), said("采用", one.adopted, "篇")]
    else:
        counts = [said("已读", delivery.readers, "人"), said("已确认", delivery.confirmed, "人")]
    cells = [
        Cell(delivery.receiver.short_name),
        Cell(state=progress_state(one)),
        Cell(_when(delivery.received_at, "签收")),
        Cell(_when(delivery.urged_at, "催办")),
        *(
            Cell(count, look="num")
            for count in counts[: 2 if paper.needs_confirm or paper.kind == PaperKind.CALL else 1]
        ),
    ]
    return TableRow(cells, name=delivery.receiver.short_name)


def _people_columns(paper: Paper) -> list[TableColumn]:
    counts = ("已写", "采用") if paper.kind == PaperKind.CALL else ()
    return [
        *(
            TableColumn(label)
            for label in ("姓名", "身份", "已读", *(["已确认"] if paper.needs_confirm else []), "催办")
        ),
        *(TableColumn(label, number=True) for label in counts),
    ]


def _person_row(paper: Paper, one: Asked) -> TableRow:
    cells = [
        Cell(one.user.name),
        Cell(one.user.get_member_kind_display()),
        Cell(_when(one.read_at, "已读"), state=None if one.read_at or one.written else State("还没读", "soon")),
    ]
    if paper.needs_confirm:
        cells.append(
            Cell(_when(one.confirmed_at, "已确认"), state=None if one.confirmed_at else State("还没确认", "soon"))
        )
    cells.append(Cell(_when(one.urged_at, "催办")))
    if paper.kind == PaperKind.CALL:
        cells += [Cell(said("已写", one.written, "篇"), look="num"), Cell(said("采用", one.adopted, "篇"), look="num")]
    return TableRow(cells, name=one.user.name)


def said(what: str, number: int, unit: str) -> str:
    """Return a number with its words, for a table that is cards on a phone; nothing for none."""
    return f"{what} {number:,} {unit}" if number else ""


def _when(at: datetime | None, what: str) -> str:
    return f"{zt_short(at)} {what}" if at else ""


def _actions(paper: Paper, units: list[Progress], people: list[Asked]) -> dict[str, Any]:
    if paper.is_withdrawn:
        return {"actions": []}
    owing = [one for one in units if unit_owes(paper, one)]
    silent = [one for one in people if queries.owes(paper, one)]
    acts = [
        *_urging("units", f"催办 {len(owing)} 个单位", [one.delivery.urged_at for one in owing]),
        *_urging("people", f"催办 {len(silent)} 人", [one.urged_at for one in silent]),
    ]
    if acts:
        acts[0] = _primary(acts[0])
    withdraw = Action("撤回", url=reverse("papers:withdraw", args=[paper.uuid]), icon="arrow-back-up", quiet=True)
    return {"actions": acts, "more_actions": [withdraw], "next_step": "没写的和没签收的会收到通知。" if acts else ""}


def _urging(whom: str, label: str, urged: list[datetime | None]) -> list[Action]:
    if not urged:
        return []
    today = clock.today()
    pressed = all(at is not None and clock.local_date(at) >= today for at in urged)
    refused = "今天已经催办过，明天可以再催。" if pressed else ""
    return [Action(label, icon="bell-ringing", name="whom", value=whom, refused=refused)]


def _primary(act: Action) -> Action:
    return Action(act.label, icon=act.icon, name=act.name, value=act.value, refused=act.refused, primary=True)
