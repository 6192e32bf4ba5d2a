"""Urging a receiver of what waits there."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenants.desk.forms import UrgeForm
from tenants.items.views.common import reader
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import require_unit
from zhitong.exchange import operations as exchange
from zhitong.exchange.queries import sent as sent_rows
from zhitong.web import navigation


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def urge(request: HttpRequest, dispatch_uuid: UUID) -> HttpResponse:
    """Remind a receiver of what waits there, with a line if one likes."""
    actor = reader(request).actor
    actor.require("exchange.send")
    found = sent_rows(require_unit()).filter(uuid=dispatch_uuid).first()
    if found is None:
        raise NotFound
    form = UrgeForm(request.POST) if request.method == "POST" else UrgeForm()
    back = reverse("desk:journey", args=[found.item_uuid])
    if request.method == "POST" and form.is_valid():
        try:
            exchange.urge_dispatch(actor=actor, dispatch_uuid=dispatch_uuid, note=form.cleaned_data["reason"])
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"已催办{found.receiver_name}。")
            return redirect(back)
    context = {
        "form": form,
        "heading": f"催办{found.receiver_name}",
        "note": f"{found.get_state_display()}：{found.title}",
        "button": "催办",
        "back": back,
        "back_to": "回去向",
        "phone_title": "催办",
    }
    navigation.mark(request, "send")
    return render(request, "desk/form.html", context, status=form.status)
