"""What of the unit's archive is like a text that came in, before it is accepted."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from search.documents import body_of
from search.lookalikes import look_alikes
from search.rights import reader_of
from tenants.desk import queries
from tenants.items.models import Item
from tenants.items.texts import Texts
from tenants.items.views.common import reader
from tenants.review.views.presenting import alikes as drawn
from zhitong.core.errors import NotFound
from zhitong.exchange import packets
from zhitong.exchange.models import Dispatch


@login_required
@require_safe
@never_cache
def alikes(request: HttpRequest, dispatch_uuid: UUID) -> HttpResponse:
    """The look-alikes of a received text: a part for htmx, else a page.

    Raises:
        NotFound: not received by the unit, taken back, or not what was sent.
    """
    user = reader(request)
    user.actor.require("exchange.receive")
    dispatch = queries.received_dispatch(dispatch_uuid)
    content = dispatch.packet.content
    if dispatch.state == Dispatch.State.RECALLED or packets.digest(content) != dispatch.packet.sha256:
        raise NotFound
    own = Item.objects.filter(dispatch_uuid=dispatch.uuid).first()
    texts = Texts(**{name: content.get(name, "") for name in packets.TEXT_FIELDS})
    found = look_alikes(
        title=texts.title,
        body=body_of(texts),
        item=own.uuid if own else None,
        reader=reader_of(user.actor),
        matter=dispatch.packet.matter_id,
    )
    unit = request.tenant.short_name  # type: ignore[attr-defined]
    back = reverse("desk:dispatch", args=[dispatch.uuid])
    context = drawn.context_of(found, own, user.actor, title=texts.title, own=unit, back=back)
    return render(request, drawn.template_of(request), context)
