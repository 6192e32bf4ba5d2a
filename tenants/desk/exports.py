"""Lists of the desk that can be exported: inbox, what is to be sent, was sent and came back, register and routes."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from django.http import QueryDict

from tenants.accounts.queries import account_of
from tenants.desk import queries
from tenants.desk.listing import (
    INBOX_ORDER,
    READY_ORDER,
    RETURNED_ORDER,
    SENT_ORDER,
    inbox_asked,
    inbox_tabs,
    sent_asked,
    state_words,
    with_signers,
)
from tenants.desk.register import HEADS, ORDER, in_tab, ready, rows_of
from tenants.desk.register.forms import filtered, title_of
from tenants.desk.views import routes
from tenants.items.models import Item, Urgency
from tenants.items.queries import number_label, with_authors
from zhitong.core.operations import Actor, require_unit
from zhitong.core.tables import Value
from zhitong.exchange.models import Dispatch
from zhitong.exports.registry import Exporter, Rows, by_batches, register
from zhitong.units.current import unit_in_force
from zhitong.units.models import Unit
from zhitong.units.queries import senders_to

_INBOX = ("来稿时间", "信息标题", "报送单位", "反映人", "类别", "紧急程度", "状态", "签收时限")
_URGENCIES = dict(Urgency.choices)
_READY = ("编号", "签发时间", "信息标题", "反映人", "类别", "紧急程度")
_SENT = ("报送时间", "信息标题", "接收单位", "渠道", "情况", "理由")
_ROUTES = ("方向", "单位", "渠道", "限额", "要求", "谁可以报送", "联系方式", "签收")
_RETURNED = ("退回时间", "信息标题", "退回单位", "理由", "建议报送")


def _inbox(_actor: Actor, asked: QueryDict) -> Rows:
    found, _form, _tab = inbox_asked(asked)
    return found.count(), by_batches(with_signers(found).order_by(*INBOX_ORDER), _received)


def _received(some: Sequence[Any]) -> Iterator[Sequence[Value]]:
    for one in some:  # with the signers of its packet
        yield (
            one.sent_at,
            one.title,
            one.sender.short_name,
            "、".join(author["name"] for author in one.signers or []),
            one.category,
            _URGENCIES.get(one.urgency, ""),
            one.get_state_display(),
            one.receipt_due_at,
        )


def _ready(_actor: Actor, asked: QueryDict) -> Rows:
    found = queries.long_unsent() if asked.get("tab") == "old" else queries.to_send()
    return found.count(), by_batches(with_authors(found).order_by(*READY_ORDER), _approved)


def _approved(some: Sequence[Item]) -> Iterator[Sequence[Value]]:
    mark = unit_in_force().mark
    for item in some:
        names = "、".join(author.name for author in item.signers)
        urgency = item.get_urgency_display()
        yield number_label(item, mark), item.decided_at, item.title, names, item.category, urgency


def _sent(_actor: Actor, asked: QueryDict) -> Rows:
    found, _form = sent_asked(asked)
    return found.count(), by_batches(found.order_by(*SENT_ORDER), _gone)


def _gone(some: Sequence[Dispatch]) -> Iterator[Sequence[Value]]:
    for one in some:
        yield one.sent_at, one.title, one.receiver_name, one.get_route_display(), state_words(one), one.reason


def _returned(_actor: Actor, _asked: QueryDict) -> Rows:
    found = queries.returned_to(require_unit())
    return found.count(), by_batches(found.order_by(*RETURNED_ORDER), _back)


def _back(some: Sequence[Dispatch]) -> Iterator[Sequence[Value]]:
    for one in some:
        yield one.closed_at, one.title, one.receiver_name, one.reason, one.proposal


def _register(actor: Actor, asked: QueryDict) -> Rows:
    unit = unit_in_force()
    rows, form = filtered(asked)
    chosen = in_tab(rows, form.chosen_tab, account_of(actor))
    found = by_batches(ready(chosen).order_by(*ORDER), lambda some: (row.texts() for row in rows_of(unit, some)))
    return chosen.count(), found


def _routes(_actor: Actor, _asked: QueryDict) -> Rows:
    unit, senders = unit_in_force(), senders_to(unit_in_force())
    out = [["本单位报送", *(cell.text for cell in row.cells), ""] for row in routes.outgoing(unit, may_set=False)]

    def told(some: Sequence[Unit]) -> Iterator[Sequence[Value]]:
        for row in routes.incoming(unit, some, may_set=False):
            *terms, receipt = (cell.text for cell in row.cells)
            yield "报送本单位", *terms, "", "", receipt

    return len(out) + senders.count(), chain(out, by_batches(senders.order_by(*routes.ORDER), told))


def _looks(actor: Actor, _asked: QueryDict) -> None:
    routes.require_look(actor)


def _inbox_title(asked: QueryDict) -> str:
    tabs = inbox_tabs()
    return f"收件（{tabs.get(asked.get('tab', ''), tabs[''])[0]}）"


def _ready_title(asked: QueryDict) -> str:
    return "半年前签发未报" if asked.get("tab") == "old" else "待报送"


register(Exporter("desk.inbox", "收件", "exchange.receive", _INBOX, _inbox, _inbox_title))
register(Exporter("desk.ready", "待报送", "exchange.send", _READY, _ready, _ready_title))
register(Exporter("desk.sent", "已报送", "exchange.send", _SENT, _sent, lambda _asked: "已报送"))
register(Exporter("desk.returned", "被退回", "exchange.send", _RETURNED, _returned, lambda _asked: "被退回"))
register(
    Exporter("desk.register", "台账", "desk.register", HEADS, _register, lambda asked: title_of(filtered(asked)[1]))
)
register(Exporter("desk.routes", "渠道", None, _ROUTES, _routes, lambda _asked: "渠道", _looks))
