"""What an adopting unit changed in a report: for itself, and for those below where it opened that."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenants.desk.ways import way_of
from tenants.items.comparison import compare
from tenants.items.models import EditionKind, Item
from tenants.items.queries import get_visible
from tenants.items.texts import Texts
from tenants.items.views.common import reader
from zhitong.core.errors import NotFound
from zhitong.core.operations import require_unit
from zhitong.exchange import operations as exchange
from zhitong.exchange.journeys import Journey, Stop
from zhitong.exchange.models import Event, Packet
from zhitong.web import navigation
from zhitong.web.parts import Fact


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def adopted(request: HttpRequest, item_uuid: UUID, event_uuid: UUID) -> HttpResponse:
    """Compare the text that was sent with the one that was adopted; its own unit opens and closes that to those below.

    Raises:
        NotFound: the reader may not see the item, no such adoption on its way, or not opened to this unit.
    """
    user = reader(request)
    found = get_visible(user, item_uuid)
    way = way_of(user, found)
    stop, event = _adoption(way, event_uuid)
    is_own = event.unit_id == require_unit()
    texts = (_received(stop), _issued(found)) if is_own else (_sent(found), _opened(event))
    if request.method == "POST":
        if not is_own:
            raise NotFound
        if request.POST.get("verb") == "close":
            exchange.close_adopted_text(actor=user.actor, event_uuid=event_uuid)
            messages.success(request, "已收回，下级只知道核改过。")
        else:
            exchange.open_adopted_text(actor=user.actor, event_uuid=event_uuid, content=texts[1].as_dict())
            messages.success(request, "已开放，报来的一条线都可以对照。")
        return redirect(request.path)
    navigation.mark(request, "items" if user.has_zt_perm("items.read_all") else "own_items")
    context = {
        "item": found,
        "where": stop.name,
        "passages": compare(*texts),
        "is_own": is_own,
        "is_open": hasattr(event, "adopted_text"),
        "may_open": is_own and user.has_zt_perm("exchange.record"),
        "back": reverse("desk:journey", args=[found.uuid]),
        "phone_title": "核改对照",
    }
    return render(request, "desk/adopted.html", context)


def edited_on(found: Item, way: Journey) -> list[Fact]:
    """Return where on the way the text was edited before it was adopted, with the way to what differs where one may."""
    facts = []
    for stop in way.stops:
        for event in stop.standing:
            if event.is_edited:
                own = event.unit_id == require_unit() and stop.fact and stop.fact.item_uuid == found.uuid
                url = reverse("desk:adopted", args=[found.uuid, event.uuid])
                readable = own or (hasattr(event, "adopted_text") and not stop.through_merge)
                facts.append(Fact(stop.name, "核改后采用", url if readable else ""))
    return facts


def _adoption(way: Journey | None, event_uuid: UUID) -> tuple[Stop, Event]:
    for stop in way.stops if way else ():
        for event in stop.standing:
            if event.uuid == event_uuid and event.is_edited:
                return stop, event
    raise NotFound


def _received(stop: Stop) -> Texts:
    if stop.dispatch is None:
        raise NotFound
    return Texts.cleaned(stop.dispatch.packet.content)


def _issued(found: Item) -> Texts:
    issued = found.editions.filter(kind=EditionKind.ISSUED).order_by("number").first()
    if issued is None:
        raise NotFound
    return Texts.of(issued)


def _sent(found: Item) -> Texts:
    packet = Packet.objects.filter(sender_id=require_unit(), item_uuid=found.uuid).order_by("-pk").first()
    if packet is None:
        raise NotFound
    return Texts.cleaned(packet.content)


def _opened(event: Event) -> Texts:
    if not hasattr(event, "adopted_text"):
        raise NotFound
    return Texts.cleaned(event.adopted_text.content)
