"""The author's word on an answer."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenants.handling import operations, presenting, queries
from tenants.handling.forms import RatingForm
from tenants.items.queries import get_visible
from tenants.items.views.common import reader
from zhitong.core.errors import NotFound, Refusal
from zhitong.core.operations import require_unit
from zhitong.exchange.queries.handling import outcomes_of
from zhitong.web import navigation


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, handling_uuid: UUID, item_uuid: UUID) -> HttpResponse:
    """Show an answer that was opened to the authors, and take how satisfied one of them is.

    Raises:
        NotFound: the reader does not sign the item, or no open answer waits for a rating.
    """
    user = reader(request)
    item = get_visible(user, item_uuid)
    found = next((one for one in outcomes_of(require_unit(), item.uuid) if one.handling.uuid == handling_uuid), None)
    if found is None or found.answer is None or not found.handling.is_released or not queries.may_rate(user, item):
        raise NotFound
    form = RatingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            operations.rate(
                actor=user.actor,
                handling_uuid=handling_uuid,
                item_uuid=item.uuid,
                rating=given["rating"],
                words=given["words"],
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "已评价，谢谢。")
            return redirect("desk:journey", item_uuid=item.uuid)
    navigation.mark(request, "own_items")
    context = {
        "item": item,
        "answer": presenting.line(found.answer),
        "by": "、".join(one.name for one in found.handlers if one.role == "lead"),
        "rating": found.rating,
        "form": form,
        "back": reverse("desk:journey", args=[item.uuid]),
        "phone_title": "评价办理",
    }
    return render(request, "handling/rate.html", context, status=form.status)
