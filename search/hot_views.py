"""热点: what many items of a period are about, and the items behind each."""

from collections.abc import Sequence

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from search.clusters import hot_subjects
from search.clusters.keeping import LEAST_UNITS, periods_now
from search.clusters.subjects import OVER_ALL, OWN, Behind, behind, get_subject
from search.models import HotSubject
from zhitong.core.operations import Actor
from zhitong.ranking.periods import Kind, Period, read_period
from zhitong.ranking.views.common import plain
from zhitong.units.current import unit_in_force
from zhitong.web import navigation
from zhitong.web.parts import Cell, Change, SavedFilter, TableColumn, TableRow, empty

_SHOWN = 60
NETWORK, UNIT = "network", "unit"


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The subjects of a period, over the network or in the own archive, each leading to its items.

    Raises:
        NotAllowed: neither is open to the reader.
        NotFound: no such period.
    """
    actor: Actor = request.user.actor  # type: ignore[union-attr]
    scope, when = asked(actor, request.GET)
    over_all = scope == NETWORK
    found = subjects(actor, scope, when)
    context = {
        "when": when,
        "over_all": over_all,
        "filters": [_period_tab(one, when, scope) for one in _periods(when)],
        "other": [(name, _SCOPE_WORDS[name]) for name in _scopes(actor) if name != scope],
        "columns": _COLUMNS if over_all else [one for one in _COLUMNS if one.key != "units"],
        "rows": [_row(one, when, over_all=over_all) for one in found],
        "as_of": found[0].computed_at if found else None,
        "least_units": LEAST_UNITS,
        "empty_box": empty(
            "这个时段没有热点",
            "三篇以上说的是一件事才算热点。每天凌晨计算一次，新来的稿件明天算进来。",
            icon="chart-bar",
        ),
    }
    return render(request, "search/hot.html", context)


@login_required
@require_safe
def items(request: HttpRequest, subject_id: int) -> HttpResponse:
    """The items behind a subject: of other units the unit, number and day, a title where the reader's unit has it."""
    actor: Actor = request.user.actor  # type: ignore[union-attr]
    navigation.mark(request, "hot")
    subject = get_subject(actor, subject_id)
    found = behind(actor, subject)
    when = Period(subject.first, subject.last)
    context = {
        "subject": subject,
        "when": when,
        "columns": [TableColumn("编号"), TableColumn("标题"), TableColumn("单位"), TableColumn("提交")],
        "rows": [_item_row(one) for one in found],
        "total": len(found),
        "exported": f"subject={subject.pk}",
        "back": f"{reverse('search:hot')}?{when.query}&scope={UNIT if subject.unit_id else NETWORK}",
    }
    return render(request, "search/hot_items.html", context)


def asked(actor: Actor, query: QueryDict) -> tuple[str, Period]:
    """Return over what (`NETWORK`, `UNIT`) and of which period a reader asks for hot subjects.

    Raises:
        NotFound: no such period.
    """
    scopes, wanted = _scopes(actor), query.get("scope", "")
    return wanted if wanted in scopes else next(iter(scopes), UNIT), read_period(plain(query))


def subjects(actor: Actor, scope: str, when: Period) -> Sequence[HotSubject]:
    """Return the subjects of a period as the page lists them.

    Raises:
        NotAllowed: not open to the reader.
    """
    unit = None if scope == NETWORK else unit_in_force()
    return hot_subjects(actor, unit, when.first, when.last, _SHOWN)


def _scopes(actor: Actor) -> list[str]:
    return [name for name, right in ((NETWORK, OVER_ALL), (UNIT, OWN)) if actor.can(right)]


_SCOPE_WORDS = {NETWORK: "看全省", UNIT: "看本单位档案"}
_COLUMNS = [
    TableColumn("", number=True, key="place"),
    TableColumn("事项", key="name"),
    TableColumn("篇数", number=True, key="items"),
    TableColumn("单位数", number=True, key="units"),
    TableColumn("比上期", key="before"),
]


def _periods(when: Period) -> Sequence[Period]:
    kept = periods_now()
    return kept if when in kept else [*kept, when]


def _period_tab(one: Period, when: Period, scope: str) -> SavedFilter:
    words = one.words if one.kind != Kind.YEAR else f"{one.year} 年全年"
    return SavedFilter(words, f"?{one.query}&scope={scope}", current=one == when)


def _row(subject: HotSubject, when: Period, *, over_all: bool) -> TableRow:
    url = reverse("search:hot_items", args=[subject.pk])
    cells = [
        Cell(str(subject.place), look="num place zt-desk-only"),
        Cell(subject.name, url, look="t"),
        Cell(str(subject.items), url, "num", label="篇数"),
    ]
    if over_all:
        cells.append(Cell(str(subject.units), url, "num", label="单位数"))
    return TableRow([*cells, Cell(trend(subject, f"比{when.before.words}").word)], name=subject.name, url=url)


def trend(subject: HotSubject, against: str = "") -> Change:
    """Return the change against the period before: 新出现, 持平, 多 3 篇, 少 2 篇; the figures behind `against`."""
    if not subject.before:
        return Change("新出现", "up", good=False)
    more = subject.items - subject.before
    if not more:
        return Change("持平")
    return Change(f"{against}{'多' if more > 0 else '少'} {abs(more)} 篇", "up" if more > 0 else "down", good=False)


def _item_row(one: Behind) -> TableRow:
    url = reverse("desk:item", args=[one.item]) if one.item else ""
    title = Cell(one.title, url, look="t") if one.title else Cell(look="t", note="未报送本单位，标题不显示")
    return TableRow([Cell(one.number), title, Cell(one.unit), Cell(one.day.isoformat())], name=one.number, url=url)
