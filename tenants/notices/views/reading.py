"""Pages of notices: the list, one opened, all marked read."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.models import actor_of
from tenants.notices import queries, words
from tenants.notices.models import Occasion
from tenants.notices.operations import mark_read
from zhitong.core.errors import NotFound
from zhitong.web import parts
from zhitong.web.keyset import page_of
from zhitong.web.parts import SavedFilter


@never_cache
@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the reader's notices, unread first; `?about=` shows one occasion, as a digest by mail counts them."""
    chosen = request.GET.get("about", "")
    page = page_of(queries.chosen(request.user, chosen), queries.ORDER, request.GET)  # type: ignore[arg-type]
    lines = [(notice, words.icon_of(notice.kind), words.tag_of(notice.kind)) for notice in page.items]
    context = {
        "lines": lines,
        "filters": _filters(chosen),
        "page": page,
        "any_unread": any(notice.read_at is None for notice in page.items),
        "empty_box": parts.empty("没有通知", "您的信息有进展、有事要您办的时候，会在这里告诉您。", icon="bell"),
    }
    return render(request, "notices/index.html", context)


def _filters(chosen: str) -> list[SavedFilter]:
    home = reverse("notices:index")
    every = SavedFilter("全部", home, current=chosen not in Occasion.values)
    return [every, *(SavedFilter(one.label, f"{home}?about={one}", current=one == chosen) for one in Occasion)]


@login_required
@require_safe
def open_one(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark one notice read and go where it points."""
    notice = queries.own(request.user).filter(pk=notice_id).first()  # type: ignore[arg-type]
    if notice is None:
        raise NotFound
    mark_read(actor=actor_of(request.user), notices=[notice.pk])
    return redirect(notice.url or "notices:index")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all of the reader's notices read."""
    mark_read(actor=actor_of(request.user))
    return redirect("notices:index")
