"""One matter on several lines: a clerk finds the other report and says that it is the same, or takes that back."""

import re
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenants.desk import queries
from tenants.items.queries import get_visible
from tenants.items.views.common import reader
from zhitong.core import text
from zhitong.core.errors import InvalidInput, NotFound
from zhitong.core.operations import require_unit
from zhitong.exchange import operations as exchange
from zhitong.exchange.queries import other_lines
from zhitong.web import navigation

_FOUND_MOST = 8


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def matter(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Show the other lines of an item's matter, find one, join it or part with it.

    Raises:
        NotFound: the reader may not see the item, or it has not been submitted.
    """
    user = reader(request)
    user.actor.require("exchange.receive")
    item = get_visible(user, item_uuid)
    if item.number is None:
        raise NotFound
    if request.method == "POST":
        if request.POST.get("verb") == "part":
            exchange.part_lines(actor=user.actor, item_uuid=item_uuid)
            messages.success(request, "已改为不是同一件事，各条线照旧。")
        else:
            exchange.join_lines(actor=user.actor, item_uuid=item_uuid, other_uuid=_other(request))
            messages.success(request, "已认定为同一件事，各条线各计各的分。")
        return redirect("desk:matter", item_uuid=item_uuid)
    navigation.mark(request, "items")
    words = text.readable(request.GET.get("find", "")).strip()
    context = {
        "item": item,
        "lines": other_lines(require_unit(), item_uuid, for_the_office=True),
        "find": words,
        "found": queries.found_items(words, without=item)[:_FOUND_MOST] if words else [],
        "back": reverse("desk:item", args=[item_uuid]),
        "phone_title": "同一件事",
    }
    return render(request, "desk/matter.html", context)


def _other(request: HttpRequest) -> UUID:
    value = request.POST.get("other", "")
    if not re.fullmatch(r"[0-9a-f-]{36}", value):
        raise InvalidInput("请选是同一件事的另一篇。", fields={"other": ["请选另一篇"]})
    try:
        return UUID(value)
    except ValueError:
        raise NotFound from None
