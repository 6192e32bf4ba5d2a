"""The author's side: submit a finished draft, choose who decides where the flow leaves it open, take an item back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenants.items.models import Item
from tenants.items.queries import get_own
from tenants.items.views.common import detail_url, posted_version, reader
from tenants.review import operations, queries
from tenants.review.operations import ToChoose
from tenants.review.suggesting import usual_handler
from tenants.review.views.presenting import Choice, Field
from zhitong.core.errors import InvalidInput
from zhitong.web import navigation

_PREFIX = "chosen-"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Hand a draft or returned item to review; `version` is the one the author saw.

    Where the flow leaves open who decides a step, the page asks for them first.
    """
    user = reader(request)
    user.actor.require("items.write")
    if request.method != "POST":
        item = get_own(user, item_uuid)
        choices = operations.choices_to_make(item)
        return _choose(request, item, choices) if choices else redirect(detail_url(item))
    try:
        run = operations.submit(
            actor=user.actor, item_uuid=item_uuid, version=posted_version(request), chosen=_chosen(request.POST)
        )
    except InvalidInput as refusal:
        if refusal.code != "review.choose":
            raise
        item = get_own(user, item_uuid)
        return _choose(request, item, operations.choices_to_make(item), refusal)
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


def _chosen(post: QueryDict) -> dict[str, list[str]]:
    return {name.removeprefix(_PREFIX): post.getlist(name) for name in post if name.startswith(_PREFIX)}


def _choose(
    request: HttpRequest, item: Item, choices: list[ToChoose], refusal: InvalidInput | None = None
) -> HttpResponse:
    navigation.mark(request, "own_items")
    about = queries.about([user.pk for choice in choices for user in choice.people])
    given = _chosen(request.POST)
    context = {
        "item": item,
        "fields": [_field(item, choice, given, about) for choice in choices],
        "refusal": refusal,
        "back": reverse("items:edit", args=[item.uuid]),
        "phone_title": "提交",
    }
    return render(request, "review/choose.html", context, status=refusal.status if refusal else 200)


def _field(item: Item, choice: ToChoose, given: Mapping[str, Any], about: Mapping[int, str]) -> Field:
    chosen = given.get(choice.step.key, [])
    usual, words = usual_handler(item, [user.uuid for user in choice.people])
    people = []
    for user in choice.people:
        key, notes = str(user.uuid), [about.get(user.pk, "")]
        notes += [words] if key == usual else []
        people.append(Choice(key, user.name, key in chosen, "，".join(filter(None, notes))))
    return Field(f"{_PREFIX}{choice.step.key}", f"“{choice.step.name}”由谁办理", "check", people)
