"""What the unit passed on: the list with its tabs, one handling with all its parts, and what is decided on a part."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.models import User
from tenants.handling import presenting, queries
from tenants.handling.forms import ReasonForm, UntilForm, two_weeks_later
from tenants.handling.operations import renew_link
from tenants.handling.views.passing import links_page
from tenants.items.views.common import posted_version, reader
from zhitong.core import clock, links
from zhitong.core.errors import InvalidInput, NotFound, Refusal
from zhitong.core.operations import Actor, require_unit
from zhitong.exchange.models import Assignment, Handling, Satisfaction, StepKind
from zhitong.exchange.operations import handling as exchange
from zhitong.exchange.operations.handling.common import PURPOSE
from zhitong.exchange.queries.handling import assignments_by, handling_of
from zhitong.web import navigation, parts
from zhitong.web.forms import Form
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Action, Cell, SavedFilter, TableColumn, TableRow, Tag
from zhitong.web.templatetags.zt import zt_short

_COLUMNS = [TableColumn(name) for name in ("转办时间", "信息标题", "办理单位", "依据", "状态", "时限", "反映人评价")]
State = Assignment.State


@login_required
@require_safe
def asked_list(request: HttpRequest) -> HttpResponse:
    """What the unit passed on, one row for each handler, by tabs; who only receives is led to what was passed here."""
    user = reader(request)
    if not user.has_zt_perm("items.read_all") and user.has_zt_perm("exchange.receive"):
        return redirect("handling:inbox")
    user.actor.require("items.read_all")
    tabs, tab = queries.asked_tabs(), request.GET.get("tab", "")
    tab = tab if tab in tabs else ""
    every = assignments_by(require_unit())
    rows = every.filter(tabs[tab][1])
    page = page_of(rows, queries.ORDER, request.GET)
    rated = queries.worst_ratings(row.handling_id for row in page.items)
    context = {
        "filters": tab_filters(every, tabs, tab),
        "filters_label": "转出的办理件",
        "columns": _COLUMNS,
        "rows": [_row(row, rated.get(row.handling_id, "")) for row in page.items],
        "page": replace(page, total=rows.count()),
        "page_size": SIZE,
        "page_unit": "件",
        "caption": "转出的办理件",
        "export_kind": "handling.asked",
        "may_receive": user.has_zt_perm("exchange.receive"),
        "empty_box": parts.empty(
            f"“{tabs[tab][0]}”里没有办理件",
            "在一篇信息的页面上点“转办”，可以把批示或者采用的信息转给承办单位。",
            Action("看全部", url="?tab=all"),
        ),
    }
    return render(request, "handling/list.html", context)


def tab_filters(rows: QuerySet[Assignment], tabs: dict[str, tuple[str, Q]], current: str) -> list[SavedFilter]:
    """Return the tabs over a list of assignments, with how many are in each, by one query."""
    counts = rows.order_by().aggregate(**{f"n{n}": Count("pk", filter=q) for n, (_l, q) in enumerate(tabs.values())})
    return [
        SavedFilter(
            label,
            f"?tab={key}" if key else "?",
            counts[f"n{n}"],
            key == current,
            late=key in {"late", "unsatisfied"} and counts[f"n{n}"] > 0,
        )
        for n, (key, (label, _q)) in enumerate(tabs.items())
    ]


def _row(row: Assignment, rating: str) -> TableRow:
    url = reverse("handling:handling", args=[row.handling.uuid])
    answered = row.state == State.ANSWERED
    return TableRow(
        [
            Cell(zt_short(row.sent_at)),
            Cell(row.handling.title, url=url, look="t"),
            Cell(row.name, tags=[presenting.role_tag(row)]),
            Cell(tags=[Tag("批示", "pishi")]) if row.handling.instruction_id else Cell("采用"),
            Cell(state=presenting.state_of(row)),
            Cell(state=presenting.due_of(row)),
            Cell(rating if answered else ""),
        ],
        url=url,
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """Something the asking unit can do with a part: its button, and the form that it needs."""

    verb: str
    label: str
    form: Form | None = None
    url: str = ""
    is_open: bool = False


@login_required
@require_safe
def handling(request: HttpRequest, handling_uuid: UUID) -> HttpResponse:
    """One handling: who handles it, everything that happened, what waits for a decision."""
    user = reader(request)
    user.actor.require("items.read_all")
    return _page(request, user, handling_uuid)


@login_required
@require_POST
def act(request: HttpRequest, assignment_uuid: UUID) -> HttpResponse:
    """Decide on a part; what is wrong with a form comes back beside what was typed."""
    user = reader(request)
    user.actor.require("exchange.record")
    part = assignments_by(require_unit()).filter(uuid=assignment_uuid).first()
    if part is None:
        raise NotFound
    verb = request.POST.get("verb", "")
    if verb == "renew":
        given = renew_link(actor=user.actor, assignment_uuid=assignment_uuid)
        return links_page(request, given)
    work = _WORK.get(verb)
    if work is None:
        raise InvalidInput("请选择一种处理。")
    form = _form(verb, part, request)
    if form is not None and not form.is_valid():
        return _page(request, user, part.handling.uuid, (assignment_uuid, verb, form))
    try:
        work(user.actor, part, posted_version(request, "seen"), form.cleaned_data if form else {})
    except Refusal as refusal:
        if form is None or refusal.status in {403, 404}:
            raise
        form.refuse(refusal)
        return _page(request, user, part.handling.uuid, (assignment_uuid, verb, form))
    messages.success(request, f"{_DONE[verb]}{'，承办单位会收到通知' if part.unit_id else ''}。")
    return redirect("handling:handling", handling_uuid=part.handling.uuid)


@login_required
@require_POST
def release(request: HttpRequest, handling_uuid: UUID) -> HttpResponse:
    """Open the answer to the authors."""
    exchange.release_answer(actor=reader(request).actor, handling_uuid=handling_uuid)
    messages.success(request, "答复已开放，反映人会收到通知，可以评价。")
    return redirect("handling:handling", handling_uuid=handling_uuid)


_DONE = {
    "urge": "已催办",
    "refuse_refusal": "已答复不同意申退",
    "extend": "已同意延期",
    "refuse_extension": "已答复不同意延期",
    "take_back": "已取消转办",
}
_Work = Callable[[Actor, Assignment, int, dict[str, Any]], object]
_WORK: dict[str, _Work] = {
    "urge": lambda a, p, n, _g: exchange.urge(actor=a, assignment_uuid=p.uuid, seen=n),
    "refuse_refusal": lambda a, p, n, g: exchange.refuse_refusal(
        actor=a, assignment_uuid=p.uuid, seen=n, reason=g["reason"]
    ),
    "extend": lambda a, p, n, g: exchange.extend(actor=a, assignment_uuid=p.uuid, seen=n, until=g["until"]),
    "refuse_extension": lambda a, p, n, g: exchange.refuse_extension(
        actor=a, assignment_uuid=p.uuid, seen=n, reason=g["reason"]
    ),
    "take_back": lambda a, p, n, g: exchange.take_back(actor=a, assignment_uuid=p.uuid, seen=n, reason=g["reason"]),
}


def _form(verb: str, part: Assignment, request: HttpRequest | None = None) -> Form | None:
    data = request.POST if request else None
    auto_id = f"{verb}-{part.pk}-%s"
    if verb == "extend":
        return UntilForm(data, auto_id=auto_id, initial={"until": _asked_until(part)})
    if verb in {"refuse_refusal", "refuse_extension", "take_back"}:
        return ReasonForm(data, auto_id=auto_id)
    return None


def _asked_until(part: Assignment) -> Any:
    asked = part.steps.filter(kind=StepKind.EXTENSION_ASKED).order_by("-number").values_list("until", flat=True).first()
    return clock.local_date(asked) if asked else two_weeks_later(part.due_at)


def _page(
    request: HttpRequest, user: User, handling_uuid: UUID, tried: tuple[UUID, str, Form] | None = None
) -> HttpResponse:
    found = handling_of(require_unit(), handling_uuid)
    if found is None:
        raise NotFound
    navigation.mark(request, "handling")
    may_record = user.has_zt_perm("exchange.record")
    assignments = list(found.assignments.all())
    outside = [one.uuid for one in assignments if one.unit_id is None]
    known = links.newest(PURPOSE, outside) if outside else {}
    contacts = queries.contacts_of(outside) if may_record else {}
    lead = next((one for one in assignments if one.role == "lead" and one.state == State.ANSWERED), None)
    ratings = list(found.ratings.all())
    context = {
        "handling": found,
        "doc_title": found.title,
        "facts": presenting.basis(found),
        "parts": [
            {
                "part": presenting.part(one),
                "role": presenting.role_tag(one),
                "contact": contacts.get(one.uuid),
                "link": _link_words(known.get(one.uuid)) if one.is_open and may_record else "",
                "choices": _choices(one, tried) if may_record else [],
            }
            for one in assignments
        ],
        "passages": presenting.passages(found),
        "ratings": ratings,
        "answered": lead is not None,
        "may_release": may_record and lead is not None and not found.is_released,
        "may_repeat": may_record and _may_repeat(found, ratings),
        "item_url": reverse("desk:item", args=[found.item_uuid]),
        "back": reverse("handling:list"),
        "phone_title": "办理",
    }
    return render(request, "handling/handling.html", context, status=tried[2].status if tried else 200)


def _may_repeat(found: Handling, ratings: list[Satisfaction]) -> bool:
    unsatisfied = any(one.rating == Satisfaction.Rating.UNSATISFIED for one in ratings)
    return unsatisfied and not hasattr(found, "second")


def _link_words(link: Any) -> str:
    if link is None:
        return "还没有链接"
    words = {"expired": "链接已过期", "barred": "链接已锁定", "revoked": "链接已收回", "used": "链接已用完"}
    stands = links.standing(link)
    if stands != "open":
        return words[stands]
    return f"链接 {zt_short(link.expires_at)} 前有效，{'已打开过' if link.opened_at else '还没有打开'}"


def _choices(part: Assignment, tried: tuple[UUID, str, Form] | None) -> list[Choice]:
    """Return what can be done with a part; the form that was refused stands open with what was typed."""
    offered: list[tuple[str, str]] = []
    if part.state == State.REFUSING:
        offered += [("reassign", "同意申退，改派"), ("refuse_refusal", "不同意申退")]
    if part.extension_asked_at:
        offered += [("extend", "同意延期"), ("refuse_extension", "不同意延期")]
    if part.is_open:
        offered += [("urge", "催办")]
        if part.unit_id is None:
            offered += [("renew", "重发链接"), ("enter", "代为登记答复")]
        offered += [("take_back", "取消转办")]
    found = []
    for verb, label in offered:
        is_tried = tried is not None and tried[:2] == (part.uuid, verb)
        form = tried[2] if tried and is_tried else _form(verb, part)
        url = reverse(f"handling:{verb}", args=[part.uuid]) if verb in {"reassign", "enter"} else ""
        found.append(Choice(verb, label, form, url, is_open=is_tried))
    return found
