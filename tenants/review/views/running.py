"""The author's side: submit a finished draft, take an item back."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tenants.items.queries import get_own
from tenants.items.views.common import detail_url, posted_version, reader
from tenants.review import operations
from zhitong.core.errors import InvalidInput


@login_required
@require_POST
def submit(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Hand a draft or returned item to review; `version` is the one the author saw."""
    run = operations.submit(
        actor=reader(request).actor,
        item_uuid=item_uuid,
        version=posted_version(request),
    )
    messages.success(request, "已提交。走到哪一步，在这里随时看得到。")
    return redirect(detail_url(run.item))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def recall(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Ask for the reason, then take an own item back."""
    user = reader(request)
    item = get_own(user, item_uuid)
    back, reason = detail_url(item), request.POST.get("reason", "")
    context = {"item": item, "back": back, "reason": reason}
    if request.method != "POST":
        return render(request, "review/recall.html", context)
    try:
        operations.recall(actor=user.actor, item_uuid=item_uuid, reason=reason)
    except InvalidInput as refusal:
        error = refusal.fields.get("reason", [refusal.message])[0]
        return render(request, "review/recall.html", context | {"error": error}, status=refusal.status)
    messages.success(request, "已撤回。")
    return redirect(back)
