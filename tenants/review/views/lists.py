"""Worklists as tabs over one table, with filters, saved filters and batches; cards on a phone."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from search.lookalikes import may_judge
from search.marks import marks_of
from search.rights import reader_of
from tenants.accounts.models import User
from tenants.items.models import Urgency
from tenants.items.queries import without_names
from tenants.items.views.common import reader
from tenants.review import operations, queries
from tenants.review.forms import TAB_WORDS, WorkFilter, tab_of
from tenants.review.models import SavedFilter
from tenants.review.queries import COUNT_MOST, FilterChoices, Tab, WorkRow
from tenants.review.views.marks import TAGS, due_state, notes_of
from zhitong.core import glossary
from zhitong.core.errors import InvalidInput
from zhitong.web import parts
from zhitong.web.parts import Action, Cell, Chip, Mark, SayBox, State, TableColumn, TableRow
from zhitong.web.parts import SavedFilter as TabPart
from zhitong.web.templatetags.zt import zt_short

_EMPTY = {
    Tab.MINE: ("没有要审的", "有新的待办会有通知。"),
    Tab.DONE: ("还没有办过的", "您通过、退回、留存、不采用的都列在这里。"),
    Tab.SENT_BACK: ("没有退回过", "您退回的列在这里，改好没有一看就知道。"),
    Tab.RETURNED: ("没有退回给您的", "被退回的信息修改后可以重新提交。"),
    Tab.COPIES: ("没有抄送给您的", "别人请您知悉的列在这里。"),
    Tab.LATE: ("没有超期的", "时限按工作日计算，过了时限的列在这里。"),
    Tab.ALL: (f"没有{glossary.IN_REVIEW}的", "提交上来的信息在审核结束前都列在这里。"),
}
_LAST = {
    Tab.DONE: "办理",
    Tab.SENT_BACK: "现在",
    Tab.RETURNED: "退回",
    Tab.COPIES: "现在",
}
BATCH = (
    ("pass", "通过", "A"),
    ("return", "退回", "R"),
    ("keep", "留存", "K"),
    ("decline", "不采用", "X"),
    ("reassign", "转办", "T"),
)


@login_required
@require_safe
def worklists(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, and the lists beside it.

    Raises:
        NotAllowed: the list of all without the right to it.
    """
    return _page(request)


@login_required
@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """Save the conditions in force under a name; a wrong name is said beside the list."""
    user, post = reader(request), request.POST
    query = QueryDict(post.get("query", "")[:1000])
    form = WorkFilter(query, queries.filter_choices())
    tab = tab_of(query)
    try:
        operations.save_filter(actor=user.actor, name=post.get("name", ""), query=form.query(tab))
    except InvalidInput as refusal:
        return _page(request, query, name=post.get("name", ""), error=refusal.message, status=refusal.status)
    messages.success(request, f"筛选“{post.get('name', '').strip()}”已存。")
    return redirect(f"{reverse('review:list')}?{form.query(tab)}")


@login_required
@require_POST
def remove_filter(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Remove an own saved filter."""
    operations.remove_filter(actor=reader(request).actor, filter_id=filter_id)
    messages.success(request, "这个筛选已删去。")
    return redirect("review:list")


def _page(
    request: HttpRequest, query: QueryDict | None = None, *, name: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    user = reader(request)
    asked = request.GET if query is None else query
    choices, tab = queries.filter_choices(), tab_of(asked)
    form = WorkFilter(asked, choices)
    filters, sort = form.filters(), asked.get("sort", "")
    page = queries.worklist(user, tab, filters, after=asked.get("after", ""), before=asked.get("before", ""), sort=sort)
    counts = queries.counts(user)
    first = page.items[0].task if tab is Tab.MINE and page.items else None
    saved = _saved(user, choices, form.query(tab))
    here = next((row for row, _part in saved if row.query == form.query(tab)), None)
    context = {
        "columns": _columns(tab),
        "rows": _rows(page.items, tab, user),
        "page": page,
        "sort": sort or _OWN_SORT[tab],
        "filter_form": form,
        "chips": [Chip(words, f"?{form.query(tab, **{field: ''})}") for field, words in form.in_words()],
        "summary": _summary(user, tab, form) if filters.any else "",
        "filters": [
            *(_part(one, count, tab, saved=here) for one, count in counts.items()),
            *(part for _, part in saved),
        ],
        "saved_here": here,
        "may_save": filters.any and here is None,
        "query": form.query(tab),
        "filter_name": name,
        "filter_error": error,
        "caption": TAB_WORDS[tab],
        "empty_box": _empty(tab, filtered=filters.any),
        "pick": "task" if tab is Tab.MINE and page.items else "",
        "actions": _batch() if tab is Tab.MINE and page.items else [],
        "start": _start(first.uuid, counts[Tab.MINE]) if first else None,
        "back_query": asked.urlencode(),
    }
    return render(request, "review/list.html", context, status=status)


_OWN_SORT = {
    Tab.MINE: "due", Tab.LATE: "due", Tab.DONE: "-at", Tab.SENT_BACK: "-at", Tab.RETURNED: "-at", Tab.COPIES: "-at",
    Tab.ALL: "-at",
}  # fmt: skip


def _part(tab: Tab, count: int, current: Tab, *, saved: SavedFilter | None) -> TabPart:
    late = tab is Tab.LATE and count > 0
    more = count > COUNT_MOST
    return TabPart(
        TAB_WORDS[tab], f"?tab={tab}", min(count, COUNT_MOST), tab is current and not saved, late=late, more=more
    )


def _saved(user: User, choices: FilterChoices, current: str) -> list[tuple[SavedFilter, TabPart]]:
    """Return the reader's saved filters with their counts; there are few of them."""
    found = []
    for row in SavedFilter.objects.filter(owner=user):
        query = QueryDict(row.query)
        form, tab = WorkFilter(query, choices), tab_of(query)
        if tab is Tab.ALL and not queries.sees_all(user):
            continue  # the right to that list was withdrawn
        count = queries.count_of(user, tab, form.filters())
        part = TabPart(row.name, f"?{row.query}", min(count, COUNT_MOST), row.query == current, more=count > COUNT_MOST)
        found.append((row, part))
    return found


def _summary(user: User, tab: Tab, form: WorkFilter) -> str:
    count = queries.count_of(user, tab, form.filters())
    return f"{COUNT_MOST:,} 篇以上" if count > COUNT_MOST else f"{count:,} 篇"


def _start(task: Any, count: int) -> Action:
    number = f"{COUNT_MOST:,}+" if count > COUNT_MOST else f"{count:,}"
    return Action(f"逐篇审 {number} 篇", url=reverse("review:task", args=[task]), icon="writing-sign", primary=True)


def _batch() -> list[Action]:
    return [Action(label, key=key, name="verb", value=verb) for verb, label, key in BATCH]


def _columns(tab: Tab) -> list[TableColumn]:
    last = _LAST.get(tab, "时限")
    due = "due" if tab in {Tab.MINE, Tab.LATE} else ""
    when = {Tab.MINE: "到达", Tab.LATE: "到达", Tab.ALL: "开始"}.get(tab, "时间")
    who = () if tab in {Tab.MINE, Tab.DONE, Tab.SENT_BACK} else ("抄送人" if tab is Tab.COPIES else "办理人",)
    step = () if tab is Tab.COPIES else ("步骤",)
    labels = [TableColumn(label) for label in ("信息标题", "来自", *step, *who)]
    return [*labels, TableColumn(when, sort="at"), TableColumn(last, sort=due)]


def _rows(found: Sequence[WorkRow], tab: Tab, user: User) -> list[TableRow]:
    nameless = without_names(user, [row.item.pk for row in found])
    alike = _marks(found, tab, user)
    return [
        _row(row, tab, user, row.posts if row.item.pk in nameless else row.who, alike.get(row.item.uuid))
        for row in found
    ]


def _marks(found: Sequence[WorkRow], tab: Tab, user: User) -> dict[UUID, Mark]:
    """Return what rows that wait are like, for whoever may say what the two are to each other."""
    if tab not in {Tab.MINE, Tab.LATE, Tab.ALL} or not may_judge(user.actor):
        return {}
    known = marks_of([row.item.uuid for row in found], reader_of(user.actor))
    return {
        item: Mark(f"疑似雷同 {one.count}", reverse("review:pair", args=[item, one.nearest]))
        for item, one in known.items()
    }


def _row(row: WorkRow, tab: Tab, user: User, who: Sequence[str], alike: Mark | None) -> TableRow:
    item = row.item
    url = _url(row, user)
    tags = [TAGS[Urgency(item.urgency)]] if item.urgency in TAGS else []
    asked = row.task.get_kind_display() if row.task and row.task.kind != "decide" and tab is Tab.MINE else ""
    return TableRow(
        cells=[
            Cell(item.title, url=url, look="t", tags=tags, note=asked, mark=alike),
            Cell("、".join(notes_of(item))),
            *([] if tab is Tab.COPIES else [Cell(row.step)]),
            *([] if tab in {Tab.MINE, Tab.DONE, Tab.SENT_BACK} else [Cell("、".join(dict.fromkeys(who)))]),
            Cell(zt_short(row.at)),
            _last_cell(row),
        ],
        value=str(row.task.uuid) if row.task else "",
        name=item.title,
        url=url,
        unread=row.unread and tab in {Tab.MINE, Tab.COPIES},
    )


def _url(row: WorkRow, user: User) -> str:
    """Return the reader's own task, else the page of the run."""
    if row.task and row.task.holder_id == user.pk:
        return reverse("review:task", args=[row.task.uuid])
    return reverse("review:run", args=[row.run.uuid])


def _last_cell(row: WorkRow) -> Cell:
    if row.word:
        return Cell(row.reason[:40], state=State(row.word))
    state = due_state(row.due_at, row.item.urgency)
    return Cell(state=state) if state else Cell("不限时")


def _empty(tab: Tab, *, filtered: bool) -> SayBox:
    if filtered:
        return parts.empty("没有符合条件的", "去掉上面的条件再看。", Action("看全部", url=f"?tab={tab}"), icon="filter")
    title, text = _EMPTY[tab]
    return parts.empty(title, text, icon="writing-sign")
