"""Worklists as tabs over one table; cards on a phone."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenants.items.models import Item, Urgency
from tenants.items.queries import author_names
from tenants.items.views.common import detail_url, reader
from tenants.review import queries
from tenants.review.forms import WorkFilter
from tenants.review.queries import Tab, WorkRow
from zhitong.core import glossary
from zhitong.web import parts
from zhitong.web.parts import Action, Cell, SavedFilter, SayBox, State, TableColumn, TableRow, Tag
from zhitong.web.templatetags.zt import authors as authors_words
from zhitong.web.templatetags.zt import zt_due, zt_short

LABELS = {
    Tab.MINE: "待我审",
    Tab.DONE: "我办过的",
    Tab.RETURNED: "退回给我的",
    Tab.LATE: "超期",
    Tab.ALL: f"全部{glossary.IN_REVIEW}",
}
_EMPTY = {
    Tab.MINE: ("没有要审的", "有新的待办会有通知。"),
    Tab.DONE: ("还没有办过的", "您通过、退回、留存、不采用的都列在这里。"),
    Tab.RETURNED: ("没有退回给您的", "被退回的信息修改后可以重新提交。"),
    Tab.LATE: ("没有超期的", "时限按工作日计算，过了时限的列在这里。"),
    Tab.ALL: (f"没有{glossary.IN_REVIEW}的", "提交上来的信息在审核结束前都列在这里。"),
}
TAGS = {Urgency.URGENT: Tag("急", "red"), Urgency.IMPORTANT: Tag("重要", "amber")}


@login_required
@require_safe
def worklists(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, and the lists beside it.

    Raises:
        NotAllowed: the list of all without the right to it.
    """
    user = reader(request)
    tab = Tab(request.GET["tab"]) if request.GET.get("tab") in set(Tab) else Tab.MINE
    form = WorkFilter(request.GET)
    page = queries.worklist(
        user, tab, form.filters(), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    counts = queries.counts(user)
    first = page.items[0].task if tab is Tab.MINE and page.items else None
    context = {
        "columns": _columns(tab),
        "rows": [_row(row, tab) for row in page.items],
        "page": page,
        "filter_form": form,
        "filters": [
            SavedFilter(LABELS[one], f"?tab={one}", count, one is tab, late=one is Tab.LATE and count > 0)
            for one, count in counts.items()
        ],
        "caption": LABELS[tab],
        "empty_box": _empty(tab, filtered=bool(form.filters().words or form.filters().urgency)),
        "start": Action(
            f"逐篇审 {counts[Tab.MINE]} 篇",
            url=reverse("review:task", args=[first.uuid]),
            icon="writing-sign",
            primary=True,
        )
        if first
        else None,
    }
    return render(request, "review/list.html", context)


def notes_of(item: Item) -> list[str]:
    """Return whence an item comes: the unit that sent it, or its authors."""
    return [item.from_unit or authors_words(author_names(item)) or "未署名"]


def due_state(row_due: object, urgency: str) -> State | None:
    """Return a deadline as drawn: urgent items carry the bolt."""
    state: State | None = zt_due(row_due)  # type: ignore[arg-type]
    if urgency != Urgency.URGENT:
        return state
    if state is None:
        return State("急", "urgent")
    return State(f"急 {state.word}", "late" if state.kind == "late" else "urgent", "bolt")


def _columns(tab: Tab) -> list[TableColumn]:
    last = {Tab.DONE: "办理", Tab.RETURNED: "退回"}.get(tab, "时限")
    when = "到达" if last == "时限" else "时间"
    who = () if tab is Tab.MINE else ("办理人",)
    return [TableColumn(label) for label in ("信息标题", "来自", "步骤", *who, when, last)]


def _row(row: WorkRow, tab: Tab) -> TableRow:
    item = row.item
    url = reverse("review:task", args=[row.task.uuid]) if row.task else detail_url(item)
    tags = [TAGS[Urgency(item.urgency)]] if item.urgency in TAGS else []
    return TableRow(
        cells=[
            Cell(item.title, url=url, look="t", tags=tags),
            Cell("、".join(notes_of(item))),
            Cell(row.step),
            *([] if tab is Tab.MINE else [Cell("、".join(row.who))]),
            Cell(zt_short(row.at)),
            _last_cell(row),
        ],
        name=item.title,
        url=url,
        unread=tab is Tab.MINE and row.task is not None and row.task.seen_at is None,
    )


def _last_cell(row: WorkRow) -> Cell:
    if row.word:
        return Cell(row.reason[:40] if row.reason else "", state=State(row.word))
    state = due_state(row.due_at, row.item.urgency)
    return Cell(state=state) if state else Cell("不限时")


def _empty(tab: Tab, *, filtered: bool) -> SayBox:
    if filtered:
        return parts.empty(
            "没有符合条件的", "去掉标题或紧急程度的条件再看。", Action("看全部", url=f"?tab={tab}"), icon="filter"
        )
    title, text = _EMPTY[tab]
    return parts.empty(title, text, icon="writing-sign")
