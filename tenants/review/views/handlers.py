"""The ranking page by who reviewed (审核人), and the list behind each of its figures."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenants.accounts.models import User
from tenants.review.queries.handlers import DECIDED, Handler, handled, handlers
from zhitong.core.errors import NotFound
from zhitong.ranking import words
from zhitong.ranking.periods import Period
from zhitong.ranking.queries import network_rules
from zhitong.ranking.views import period_choice
from zhitong.ranking.views.common import Figure, asked_period, reader, spans, tab_rights
from zhitong.ranking.views.rankings import HANDLERS, Row, views_by
from zhitong.web import navigation
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Cell, SavedFilter, TableColumn, TableRow, empty
from zhitong.web.templatetags.zt import zt_short

_COLUMNS = {DECIDED: "审核", "received": "收稿", "adopted": "本级采用", "higher": "上级采用", "instructions": "批示"}
_RATE = "采用率"


@login_required
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Who reviewed how many items in a period, and what became of what they reviewed."""
    actor, own = reader(request)
    actor.require("ranking.read")
    navigation.mark(request, "ranking")
    when = asked_period(request, own)
    context = {
        **tab_rights(actor),
        "views": views_by(HANDLERS, when),
        "rows": [_row(one, when) for one in handlers(own, when)],
        "columns": [*list(_COLUMNS.values())[:3], _RATE, *list(_COLUMNS.values())[3:]],
        "group": f"{own.short_name}审核人",
        "who": "审核人",
        "unscored": True,
        "remark": "审核：这个时段里作过决定的篇数。其余各栏：计入这个时段的稿件中此人审核过的；几个人审核，各算一篇。",
        "empty_box": empty("这个时段没有人审核过", "有人通过、退回、留存稿件后，这里就有数字。"),
        **period_choice(network_rules(), when),
        **spans(own, when, reverse("review:handlers")),
    }
    return render(request, "ranking/standings.html", context)


@login_required
@require_safe
def listed(request: HttpRequest, user_uuid: UUID) -> HttpResponse:
    """The items behind a figure of one who reviewed, by number.

    Raises:
        NotFound: no such person here, or no such figure.
    """
    actor, own = reader(request)
    actor.require("ranking.read")
    navigation.mark(request, "ranking")
    who = User.objects.filter(uuid=user_uuid).first()
    what = request.GET.get("what", DECIDED)
    if who is None or what not in _COLUMNS:
        raise NotFound
    when = asked_period(request, own)
    facts = handled(own, when, who, what)
    page = page_of(facts, ("-pk",), request.GET)
    opens = actor.can("items.read_all")
    rows = [
        TableRow(
            [
                Cell(fact.number_label, url=_page(fact.item_uuid) if opens else "", look="t"),
                Cell(zt_short(fact.submitted_on)),
                Cell(fact.category or "未分类"),
            ],
            name=fact.number_label,
            url=_page(fact.item_uuid) if opens else "",
        )
        for fact in page.items
    ]
    base = _list_url(who, when)
    context = {
        "whose": f"{who.name}审核过的",
        "what": _COLUMNS[what],
        "when": when,
        "number": facts.count(),
        "page": page,
        "page_size": SIZE,
        "columns": [TableColumn(label) for label in ("编号", "来稿日期", "类别")],
        "rows": rows,
        "caption": f"{who.name}{when.words}{_COLUMNS[what]}",
        "filters": [
            SavedFilter(label, f"{base}&what={name}", current=name == what) for name, label in _COLUMNS.items()
        ],
        "filters_label": "数的是什么",
        "empty_box": empty("没有这样的稿件", f"{who.name}{when.words}没有计入“{_COLUMNS[what]}”的稿件。"),
    }
    return render(request, "ranking/counted.html", context)


def _page(item: UUID) -> str:
    return reverse("desk:item", args=[item])


def _list_url(user: User, when: Period) -> str:
    return f"{reverse('review:handled', args=[user.uuid])}?{when.query}"


def _row(one: Handler, when: Period) -> Row:
    base = _list_url(one.user, when)
    values = {DECIDED: one.decided} | {name: getattr(one.counts, name) for name in _COLUMNS if name in words.COUNTS}
    cells = [Figure(label, values[name], f"{base}&what={name}") for name, label in _COLUMNS.items()]
    cells.insert(3, Figure(_RATE, words.rate_words(one.counts.adopted, one.counts.received)))
    return Row(one.user.name, 0, cells)
