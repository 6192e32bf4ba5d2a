"""Merging: picked reports in their order, the sources of a merged item, and apart again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tenants.desk import merging, queries
from tenants.desk.queries import Pick, Source
from tenants.items.models import Item
from tenants.items.queries import get_visible, number_label
from tenants.items.views.common import reader
from tenants.review.queries import may_change_sources
from zhitong.core import text
from zhitong.core.errors import InvalidInput, NotFound
from zhitong.units.current import unit_in_force
from zhitong.web import navigation

_FOUND_MOST = 8


@login_required
@require_POST
def merge(request: HttpRequest) -> HttpResponse:
    """Show what was picked, let it be put in order and added to, and merge it when the title stands.

    Nothing is written before `verb` says `merge`.
    """
    user = reader(request)
    user.actor.require("exchange.receive")
    picked = _moved(_picked(request.POST), request.POST)
    if request.POST.get("verb") != "merge":
        return _merge_page(request, picked)
    try:
        item = merging.merge(actor=user.actor, picks=picked, title=request.POST.get("title", ""))
    except InvalidInput as refusal:
        return _merge_page(request, picked, refusal)
    number = number_label(item, unit_in_force().mark)
    messages.success(request, f"{len(picked)} 篇已综合成一篇，编号 {number}，进入审核。送审签之前可以重排和拆开。")
    return redirect("desk:item", item_uuid=item.uuid)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sources(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """The sources of a merged item: their order and shares, until it is sent for sign-off.

    Raises:
        NotFound: the reader may not see the item, or it is no merged one.
    """
    user = reader(request)
    user.actor.require("exchange.receive")
    item = get_visible(user, item_uuid)
    found = queries.sources_of(item)
    if not found:
        raise NotFound
    if request.method != "POST":
        return _sources_page(request, item, found)
    known = {source.item.uuid: source for source in found}
    order = [known[uuid] for value in request.POST.getlist("source") if (uuid := _uuid(value)) in known]
    order = _shifted(order, request.POST)
    shares = [share.strip() for share in request.POST.getlist("share")]
    if "up" in request.POST or "down" in request.POST:
        shares = []  # they were written beside the old order
    try:
        merging.arrange(
            actor=user.actor,
            item_uuid=item.uuid,
            sources=[source.item.uuid for source in order],
            shares=_shares(shares),
        )
    except InvalidInput as refusal:
        return _sources_page(request, item, order, refusal=refusal)
    messages.success(request, "来源的顺序和份额已存。")
    return redirect("desk:sources", item_uuid=item.uuid)


@login_required
@require_POST
def act_on_sources(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Take a merged item apart, or note that a contributor took its report back; a missing reason is asked for."""
    user = reader(request)
    user.actor.require("exchange.receive")
    item = get_visible(user, item_uuid)
    reason = request.POST.get("reason", "")
    withdrawn = _uuid(request.POST.get("withdrawn", ""))
    try:
        if withdrawn:
            merging.withdraw_source(actor=user.actor, item_uuid=item_uuid, source_uuid=withdrawn, reason=reason)
            messages.success(request, "已记为撤回，以后的结果不再计入这一篇来源。")
            return redirect("desk:sources", item_uuid=item_uuid)
        apart = merging.take_apart(actor=user.actor, item_uuid=item_uuid, reason=reason)
    except InvalidInput as refusal:
        return _sources_page(request, item, queries.sources_of(item), reason_refusal=refusal)
    messages.success(request, f"已拆开，{len(apart)} 篇回到合并之前的那一步。")
    return redirect("desk:item", item_uuid=item_uuid)


def _merge_page(request: HttpRequest, picked: Sequence[Pick], refusal: InvalidInput | None = None) -> HttpResponse:
    navigation.mark(request, "inbox")
    rows = queries.picked_rows(picked)
    words = text.readable(request.POST.get("find", "")).strip()
    title = request.POST.get("title")
    context = {
        "rows": rows,
        "title_value": title if title is not None else (rows[0].title if rows else ""),
        "title_error": "；".join(refusal.fields.get("title", [])) if refusal else "",
        "error": refusal.message if refusal and "title" not in refusal.fields else "",
        "find": words,
        "found": queries.mergeable(words, without=[pick.uuid for pick in picked])[:_FOUND_MOST] if words else [],
        "moved": request.POST.get("up") or request.POST.get("down") or "",
        "back": reverse("desk:inbox"),
        "phone_title": "合并",
    }
    return render(request, "desk/merge.html", context, status=refusal.status if refusal else 200)


def _sources_page(
    request: HttpRequest,
    item: Item,
    found: Sequence[Source],
    *,
    refusal: InvalidInput | None = None,
    reason_refusal: InvalidInput | None = None,
) -> HttpResponse:
    navigation.mark(request, "items")
    given = request.POST.getlist("share") if refusal else []
    shares = given if len(given) == len(found) else [str(source.part.share or "") for source in found]
    failed = refusal or reason_refusal
    context = {
        "item": item,
        "rows": list(zip(found, shares, strict=True)),
        "number": number_label(item, unit_in_force().mark),
        "may_change": may_change_sources(item),
        "share_error": "；".join(words for field in refusal.fields.values() for words in field) if refusal else "",
        "reason_value": request.POST.get("reason", ""),
        "reason_error": reason_refusal.message if reason_refusal else "",
        "withdrawn": request.POST.get("withdrawn", ""),
        "back": reverse("desk:item", args=[item.uuid]),
        "phone_title": "来源",
    }
    return render(request, "desk/sources.html", context, status=failed.status if failed else 200)


def _picked(post: QueryDict) -> list[Pick]:
    """Return what was picked, in its order: dispatches from the inbox, then the rows of the page as d:… or i:…."""
    values = [f"d:{value}" for value in post.getlist("dispatch")] + post.getlist("pick") + post.getlist("add")
    found = []
    for value in values:
        kind, _, raw = value.partition(":")
        uuid = _uuid(raw)
        if uuid and kind in {"d", "i"}:
            found.append(Pick(uuid, kind == "d"))
    return list(dict.fromkeys(found))


def _moved(picked: list[Pick], post: QueryDict) -> list[Pick]:
    dropped = _uuid(post.get("drop", ""))
    return _shifted([pick for pick in picked if pick.uuid != dropped], post)


def _shifted(rows: list[Any], post: QueryDict) -> list[Any]:
    """Return the rows with the one at the place that `up` or `down` names moved by one."""
    for name, by in (("up", -1), ("down", 1)):
        place = text.whole_number(post.get(name, ""), 3)
        if place is None:
            continue
        other = place + by
        if place < len(rows) and 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
    return rows


def _shares(values: Sequence[str]) -> list[int]:
    if not any(values):
        return []
    numbers = [number for value in values if (number := text.whole_number(value, 3)) is not None]
    if len(numbers) < len(values):
        raise InvalidInput("份额请填 1 到 100 的整数。", fields={"shares": ["份额请填 1 到 100 的整数，或者全部留空"]})
    return numbers


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
