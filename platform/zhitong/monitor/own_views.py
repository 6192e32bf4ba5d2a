"""A member's own year in their unit, and the items behind its figures."""

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor
from zhitong.exchange.models import ItemFact
from zhitong.monitor import shares, years
from zhitong.ranking import figures
from zhitong.ranking.periods import Period, read_period
from zhitong.ranking.views.common import plain
from zhitong.ranking.views.standings import parts_of_a_year
from zhitong.units.models import Unit
from zhitong.web import navigation
from zhitong.web.parts import empty


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Return the reader's own year: what they sent in, what became of it, month by month."""
    actor, unit = _author(request)
    when = read_period(request.GET.dict())
    person = shares.own_person(actor, unit)
    choice = {"when": when, "parts": parts_of_a_year(), "years": range(when.last.year, when.last.year - 1, -1)}
    if person is None:
        box = empty("还没有您的信息", "提交第一篇信息以后，这里会有全年的数字和去向。", icon="chart-bar")
        return render(request, "monitor/mine.html", choice | {"box": box})
    context = years.year_of(shares.of_person(unit, person), when, f"{reverse('monitor:mine_items')}?")
    return render(request, "monitor/mine.html", choice | context)


@login_required
@require_safe
def mine_items(request: HttpRequest) -> HttpResponse:
    """Return the reader's own items behind one of these figures."""
    actor, unit = _author(request)
    what, when, facts = own_counted(actor, unit, request.GET)
    context = years.items_page(
        facts,
        request.GET,
        what,
        when,
        whose="我的",
        base=f"{reverse('monitor:mine_items')}?",
        page_of_item=lambda fact: reverse("desk:journey", args=[fact.item_uuid]),
    ) | {
        "export_kind": "monitor.mine",
        "back_url": f"{reverse('monitor:mine')}?{when.query}",
        "back_words": "我的一年",
    }
    return render(request, "monitor/items.html", context)


def own_counted(actor: Actor, unit: Unit, asked: QueryDict) -> tuple[str, Period, QuerySet[ItemFact]]:
    """Return what is counted, when, and the reader's own items behind it; without order.

    Raises:
        NotFound: no such count or period, or nothing of the reader's is known.
    """
    person, what = shares.own_person(actor, unit), asked.get("what", "received")
    if person is None or what not in years.OWN_COUNTS:
        raise NotFound
    when = read_period(plain(asked))
    return what, when, figures.facts(when, what, [unit.pk]).filter(shares.of_person(unit, person).items)


def _author(request: HttpRequest) -> tuple[Actor, Unit]:
    actor: Actor = request.user.actor  # type: ignore[union-attr]
    actor.require("items.write")
    navigation.mark(request, "mine")
    return actor, request.tenant  # type: ignore[attr-defined]
