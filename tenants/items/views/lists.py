"""The own list with tracks, and the unit's list with filters; both by keyset, with a constant number of queries."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenants.items import queries
from tenants.items.listing import ORDERS, OWN_ORDER, OWN_TABS, narrowed, own_in_tab, submitted
from tenants.items.models import Item, State, Urgency
from tenants.items.views.cards import cards_of, state_of
from tenants.items.views.common import detail_url, reader
from zhitong.web import parts
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Action, Cell, Page, SavedFilter, TableColumn, TableRow, Tag
from zhitong.web.templatetags.zt import authors as authors_words
from zhitong.web.templatetags.zt import zt_short

_COLUMNS = [
    TableColumn("编号"),
    TableColumn("时间", sort="submitted"),
    TableColumn("标题", sort="title"),
    TableColumn("反映人"),
    TableColumn("来源单位"),
    TableColumn("类别"),
    TableColumn("状态"),
]


@login_required
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """The reader's own items as cards, each with its track, and those handed to them to write on."""
    user = reader(request)
    tab = request.GET.get("tab", "")
    word, states = OWN_TABS.get(tab, OWN_TABS[""])
    page = page_of(own_in_tab(user, tab), OWN_ORDER, request.GET)
    context = {
        "cards": cards_of(user, page.items),
        "filters": _tabs(own_in_tab(user, ""), tab),
        "page": page,
        "empty_box": parts.empty(
            "还没有信息" if not states else f"没有“{word}”的信息",
            "看到什么、为什么、怎么办，一事一报。",
            Action("写信息", url=reverse("items:new"), icon="pencil-plus"),
            icon="list-details",
        ),
    }
    return render(request, "items/own.html", context)


@login_required
@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    """The unit's items as a table: filters, sorting, counts, pages of 20.

    Raises:
        NotAllowed: without `items.read_all`.
    """
    user = reader(request)
    user.actor.require("items.read_all")
    rows = submitted(user)
    found, form, sort = narrowed(rows, request.GET)
    page = page_of(queries.with_authors(found), ORDERS[sort], request.GET)
    total = found.count()
    mark = request.tenant.mark  # type: ignore[attr-defined]
    context = {
        "columns": _COLUMNS,
        "rows": [_row(item, mark) for item in page.items],
        "sort": sort,
        "page": Page(page.items, page.next_cursor, page.prev_cursor, total),
        "page_size": SIZE,
        "filter_form": form,
        "filters": _states(request, rows),
        "summary": f"{total:,} 篇",
        "caption": "本单位稿件",
        "empty_box": parts.empty(
            "没有符合条件的稿件", "去掉一两个条件再看。", Action("看全部", url=reverse("items:all")), icon="stack-2"
        ),
    }
    return render(request, "items/all.html", context)


def _tabs(rows: QuerySet[Item], tab: str) -> list[SavedFilter]:
    counts = dict(rows.values_list("state").annotate(n=Count("pk")))
    return [
        SavedFilter(
            label,
            f"?tab={key}" if key else "?",
            sum(counts.get(state, 0) for state in states) if states else sum(counts.values()),
            current=key == tab,
        )
        for key, (label, states) in OWN_TABS.items()
    ]


def _states(request: HttpRequest, rows: QuerySet[Item]) -> list[SavedFilter]:
    counts = dict(rows.values_list("state").annotate(n=Count("pk")))
    chosen = request.GET.get("state", "")
    here = [SavedFilter("全部", "?", sum(counts.values()), current=not chosen)]
    return here + [
        SavedFilter(State(state).label, f"?state={state}", count, current=state == chosen)
        for state, count in sorted(counts.items(), key=lambda pair: State.values.index(pair[0]))
    ]


def _row(item: Item, mark: str) -> TableRow:
    number = queries.number_label(item, mark)
    urgent = [Tag("急", "red")] if item.urgency == Urgency.URGENT else []
    cells = [
        Cell(number),
        Cell(zt_short(item.submitted_at)),
        Cell(str(item), detail_url(item), look="t", tags=urgent),
        Cell(authors_words(queries.author_names(item))),
        Cell(item.from_unit or "本单位"),
        Cell(item.category),
        Cell(state=state_of(item)),
    ]
    return TableRow(cells, value=str(item.uuid), name=str(item), url=detail_url(item))
