"""The lists behind a dashboard as exports: the table of units, what is open, and a member's own year."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.http import QueryDict

from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor
from zhitong.core.tables import Value
from zhitong.exchange.models import Assignment, Dispatch
from zhitong.exports.registry import Exporter, Rows, by_batches, register
from zhitong.monitor import queries, years
from zhitong.monitor.listing import WAITING, WAITING_ORDER, asked_of, unit_rows, waiting_rows
from zhitong.monitor.own_views import own_counted
from zhitong.monitor.scopes import Scope, scope_of
from zhitong.ranking.views.common import period_in
from zhitong.ranking.words import COUNTS, rank_change
from zhitong.units.current import unit_in_force

_UNITS = ("名次", "升降", "单位", *COUNTS.values(), "得分", "零报送")
_SENDINGS = ("编号", "报送单位", "接收单位", "报送时间", "状态", "签收时限")
_ANSWERS = ("编号", "交办单位", "承办", "交办时间", "状态", "答复时限")


def _units(actor: Actor, asked: QueryDict) -> Rows:
    shown = asked_of(actor, unit_in_force(), _scope(actor, asked), asked)
    if shown is None:
        return 0, ()
    found, tells = unit_rows(shown, asked.get("what", "rank")), shown.shows_points
    rows: list[Sequence[Value]] = []
    for row in found.rows:
        moved, silent = rank_change(row), found.silent.get(row.unit_id)
        rows.append(
            (
                (row.rank or None) if tells else None,
                moved.word if moved and tells else "",
                row.called,
                *(getattr(row, name) for name in COUNTS),
                row.points if tells else None,
                silent.words if silent else "",
            )
        )
    return len(rows), rows


def _sendings(actor: Actor, asked: QueryDict) -> Rows:
    tab, _alone, found = waiting_rows(_scope(actor, asked), asked)
    if tab == "answers":
        raise NotFound
    return found.count(), by_batches(found.order_by(*WAITING_ORDER), _sent)


def _sent(some: Sequence[Dispatch]) -> Iterator[Sequence[Value]]:
    labels = queries.numbers((row.sender_id, row.item_uuid) for row in some)
    for row in some:
        label = labels.get((row.sender_id, row.item_uuid), "")
        state = row.get_state_display()
        yield label, row.sender.short_name, row.receiver_name, row.sent_at, state, row.receipt_due_at


def _answers(actor: Actor, asked: QueryDict) -> Rows:
    tab, _alone, found = waiting_rows(_scope(actor, asked), asked)
    if tab != "answers":
        raise NotFound
    return found.count(), by_batches(found.order_by(*WAITING_ORDER), _owed)


def _owed(some: Sequence[Assignment]) -> Iterator[Sequence[Value]]:
    labels = queries.numbers((row.handling.asker_id, row.handling.item_uuid) for row in some)
    for row in some:
        label = labels.get((row.handling.asker_id, row.handling.item_uuid), "")
        yield label, row.handling.asker.short_name, row.name, row.sent_at, row.get_state_display(), row.due_at


def _mine(actor: Actor, asked: QueryDict) -> Rows:
    return years.items_rows(own_counted(actor, unit_in_force(), asked)[-1])


def _scope(actor: Actor, asked: QueryDict) -> Scope:
    named = asked.get("unit", "")
    try:
        unit = UUID(named) if named else None
    except ValueError as error:
        raise NotFound from error
    return scope_of(actor, unit_in_force(), unit)


def _units_title(asked: QueryDict) -> str:
    return f"各单位明细 {period_in(asked, unit_in_force()).words}"


def _waiting_title(asked: QueryDict) -> str:
    return WAITING.get(asked.get("tab", "way"), "")


def _mine_title(asked: QueryDict) -> str:
    return f"我的{period_in(asked, unit_in_force()).words}"


register(Exporter("monitor.units", "各单位明细", None, _UNITS, _units, _units_title, _scope))
register(Exporter("monitor.sendings", "在途和超期未签收", None, _SENDINGS, _sendings, _waiting_title, _scope))
register(Exporter("monitor.answers", "超期未答复", None, _ANSWERS, _answers, _waiting_title, _scope))
register(Exporter("monitor.mine", "我的一年", "items.write", years.HEADS, _mine, _mine_title))
