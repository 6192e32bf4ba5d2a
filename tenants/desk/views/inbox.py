"""The inbox: what other units sent, and what to do with it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from search import marks
from search.lookalikes import may_judge
from search.rights import reader_of
from tenants.desk.listing import AWAITING, INBOX_ORDER, inbox_asked, inbox_tabs, with_signers
from tenants.items.views.common import reader
from zhitong.core import glossary
from zhitong.core.errors import Refusal
from zhitong.core.operations import Actor, require_unit
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch
from zhitong.exchange.queries import inbox as inbox_rows
from zhitong.web import navigation, parts
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Action, Cell, Mark, Page, SavedFilter, TableColumn, TableRow, Tag
from zhitong.web.templatetags.zt import authors as authors_words
from zhitong.web.templatetags.zt import zt_due, zt_short

_COLUMNS = [
    TableColumn("来稿时间"),
    TableColumn("信息标题"),
    TableColumn("报送单位"),
    TableColumn("反映人"),
    TableColumn("类别"),
    TableColumn("状态"),
    TableColumn("时限"),
]
_AT_ONCE = 200


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The unit's inbox by tabs, narrowed by sender, category, day and words; 20 rows a page."""
    reader(request).actor.require("exchange.receive")
    tabs, rows = inbox_tabs(), inbox_rows(require_unit())
    narrowed, form, tab = inbox_asked(request.GET)
    page = page_of(with_signers(narrowed), INBOX_ORDER, request.GET)
    found = narrowed.order_by().aggregate(n=Count("pk"), senders=Count("sender", distinct=True))
    context = {
        "filters": _views(rows, tabs, tab),
        "filter_form": form,
        "summary": f"{found['n']:,} 篇，来自 {found['senders']:,} 个单位",
        "columns": _COLUMNS,
        "rows": _rows(page.items, reader(request).actor),
        "page": Page(page.items, page.next_cursor, page.prev_cursor, found["n"]),
        "page_size": SIZE,
        "pick": "dispatch",
        "caption": "收件",
        "actions": [
            Action(
                "签收",
                icon="mailbox",
                primary=True,
                key="Q",
                name="verb",
                value="receive",
                attrs={"data-counts": "pick"},
            ),
            Action("合并", icon="git-merge", key="M", attrs={"formaction": reverse("desk:merge")}),
        ],
        "empty_box": parts.empty(
            f"“{tabs[tab][0]}”里没有来稿"
            if not form.has_changed() or set(request.GET) <= {"tab"}
            else "没有符合条件的来稿",
            "去掉筛选，或者换一个标签看看。",
            Action("看全部来稿", url="?tab=all"),
        ),
    }
    return render(request, "desk/inbox.html", context)


def _views(rows: QuerySet[Dispatch], tabs: dict[str, tuple[str, Q]], current: str) -> list[SavedFilter]:
    counts = rows.order_by().aggregate(**{f"n{n}": Count("pk", filter=q) for n, (_l, q) in enumerate(tabs.values())})
    return [
        SavedFilter(
            label,
            f"?tab={key}" if key else "?",
            counts[f"n{n}"],
            key == current,
            late=key == "late" and counts[f"n{n}"] > 0,
        )
        for n, (key, (label, _q)) in enumerate(tabs.items())
    ]


def _rows(dispatches: Sequence[Any], actor: Actor) -> list[TableRow]:
    """Return the rows; what is not taken in yet says what of the own archive it is like, to who may read that."""
    waiting = [one.uuid for one in dispatches if one.state in AWAITING]
    known = marks.marks_of(waiting, reader_of(actor)) if may_judge(actor) else {}
    return [_row(one, known.get(one.uuid)) for one in dispatches]


def _row(dispatch: Any, alike: marks.Mark | None) -> TableRow:
    """Return a row; `dispatch` carries the signers of its packet."""
    url = reverse("desk:dispatch", args=[dispatch.uuid])
    return TableRow(
        [
            Cell(zt_short(dispatch.sent_at)),
            Cell(
                dispatch.title,
                url=url,
                look="t",
                tags=[Tag("急事急报", "red")] if dispatch.urgency == "urgent" else [],
                mark=Mark(f"疑似雷同 {alike.count}", reverse("desk:dispatch_alikes", args=[dispatch.uuid]))
                if alike
                else None,
            ),
            Cell(dispatch.sender.short_name),
            Cell(authors_words([author["name"] for author in dispatch.signers or []])),
            Cell(dispatch.category),
            Cell(state=_state(dispatch)),
            Cell(state=zt_due(dispatch.receipt_due_at)),
        ],
        value=str(dispatch.uuid),
        name=dispatch.title,
        unread=dispatch.state == Dispatch.State.SENT,
        url=url,
    )


def _state(dispatch: Dispatch) -> parts.State:
    return parts.standing(dispatch.get_state_display())


@login_required
@require_POST
def receive_many(request: HttpRequest) -> HttpResponse:
    """Confirm receipt of the chosen dispatches, each on its own, and say for every one what was done or why not."""
    actor = reader(request).actor
    actor.require("exchange.receive")
    chosen = [uuid for value in request.POST.getlist("dispatch")[:_AT_ONCE] if (uuid := _uuid(value))]
    if not chosen:
        messages.warning(request, "请先选中要签收的来稿。")
        return redirect("desk:inbox")
    known = {found.uuid: found for found in inbox_rows(require_unit()).filter(uuid__in=chosen)}
    results = [_receive(actor, uuid, known.get(uuid)) for uuid in dict.fromkeys(chosen)]
    done = sum(1 for row in results if row.value)
    if done == len(results):
        messages.success(request, f"已签收 {done} 篇。")
        return redirect("desk:inbox")
    navigation.mark(request, "inbox")
    context = {
        "columns": [TableColumn("信息标题"), TableColumn("报送单位"), TableColumn("结果"), TableColumn("说明")],
        "rows": results,
        "done": done,
        "total": len(results),
        "caption": "签收结果",
        "back": reverse("desk:inbox"),
        "phone_title": "签收结果",
    }
    return render(request, "desk/received.html", context)


def _receive(actor: Actor, uuid: UUID, found: Dispatch | None) -> TableRow:
    """Receipt one dispatch; the row's `value` is set when that was done now."""
    title, sender = (found.title, found.sender.short_name) if found else ("没有这一篇，或者已被撤回", "")
    url = reverse("desk:dispatch", args=[uuid]) if found else ""
    words, why = parts.State(glossary.RECEIVED, "ok"), ""
    if found and found.state != Dispatch.State.SENT:
        words, why = parts.State("没有签收", "soon"), f"此前{found.get_state_display()}，不需要再签收"
    else:
        try:
            exchange.receive(actor=actor, dispatch_uuid=uuid)
        except Refusal as refusal:
            words, why = parts.State("没有签收", "soon"), refusal.message
    cells = [Cell(title, url, look="t"), Cell(sender), Cell(state=words), Cell(why)]
    return TableRow(cells, value="" if why else str(uuid), name=title)


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
