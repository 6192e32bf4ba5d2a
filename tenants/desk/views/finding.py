"""Looking up a way by a number that somebody told."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenants.accounts.models import User
from tenants.items.models import Item
from tenants.items.queries import number_label, visible_items
from tenants.items.views.common import reader
from zhitong.core import clock, text
from zhitong.core.operations import require_unit
from zhitong.exchange.numbers import read_number
from zhitong.exchange.queries import items_numbered
from zhitong.units.current import unit_in_force
from zhitong.web import navigation

_SHOWN = 20


@login_required
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Lead to the way that a number belongs to, whoever's number it is; say nothing of one that is not the reader's."""
    user = reader(request)
    typed = text.readable(request.GET.get("number", "")).strip()
    found = _found(user, typed) if typed else []
    if len(found) == 1:
        return redirect("desk:journey", item_uuid=found[0].uuid)
    navigation.mark(request, "items" if user.has_zt_perm("items.read_all") else "own_items")
    mark = unit_in_force().mark
    context = {
        "typed": typed,
        "example": f"{mark}〔{clock.today().year}〕12号",
        "found": [(item, number_label(item, mark)) for item in found],
        "back": reverse("items:own"),
        "phone_title": "按编号查去向",
    }
    return render(request, "desk/find.html", context)


def _found(user: User, typed: str) -> list[Item]:
    number = read_number(typed, mark=unit_in_force().mark, year=clock.today().year)
    if number is None:
        return []
    wanted = items_numbered(require_unit(), number)[:_SHOWN]
    seen = {item.uuid: item for item in visible_items(user).filter(uuid__in=wanted)}
    return [seen[uuid] for uuid in wanted if uuid in seen]
