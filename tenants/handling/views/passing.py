"""Passing on: an item to handlers, a part that was given back to another, the whole once more; and the links."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants.handling import operations, presenting, queries
from tenants.handling.forms import BARE, HandlerRows, PassOnForm, ReassignForm, RoundForm
from tenants.handling.operations import PassedOn
from tenants.items.models import Item, State
from tenants.items.queries import get_visible
from tenants.items.views.common import posted_version, reader
from zhitong.core import links
from zhitong.core.errors import NotFound, Refusal
from zhitong.core.operations import require_unit
from zhitong.exchange.models import Assignment, Event, Satisfaction
from zhitong.exchange.queries.handling import (
    assignments_by,
    handled_instructions,
    handling_of,
    instructions_on,
)
from zhitong.units.current import unit_in_force
from zhitong.units.queries import senders_to
from zhitong.web import navigation
from zhitong.web.forms import Form
from zhitong.web.parts import Fact
from zhitong.web.templatetags.zt import zt_short

_OFFERED = 200


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def pass_on(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Pass an item to handlers: on which ground, what is asked, to whom, until when."""
    user = reader(request)
    user.actor.require("exchange.record")
    item = get_visible(user, item_uuid)
    if item.number is None:
        raise NotFound
    instructions, bare = _grounds(item)
    form = PassOnForm(request.POST if request.method == "POST" else None, instructions=instructions, bare=bare)
    if request.method != "POST" or not form.is_valid():
        return _pass_on_page(request, item, form, has_ground=bool(instructions) or bare)
    given, (lead, *co) = form.cleaned_data, form.handlers()
    try:
        made = operations.pass_on(
            actor=user.actor,
            item_uuid=item.uuid,
            request=given["request"],
            lead=lead,
            co=co,
            days=int(given["days"]),
            instruction_uuid=None if given["instruction"] == BARE else UUID(given["instruction"]),
            passes_words=given.get("passes_words", False),
            releases_answer=given["releases_answer"],
            with_files=given["with_files"],
        )
    except Refusal as refusal:
        return _pass_on_page(request, item, _refused(form, refusal), has_ground=True)
    return _after(request, made, "已转办，承办单位会收到通知。")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def reassign(request: HttpRequest, assignment_uuid: UUID) -> HttpResponse:
    """Grant a refusal by giving the part to another handler."""
    user = reader(request)
    user.actor.require("exchange.record")
    part = assignments_by(require_unit()).filter(uuid=assignment_uuid).first()
    if part is None:
        raise NotFound
    form = ReassignForm(request.POST if request.method == "POST" else None)
    asked = part.steps.filter(kind="refusal_asked").order_by("-number").first()
    if request.method != "POST":
        form = ReassignForm(initial={"lead_name": asked.proposal if asked else ""})
    elif form.is_valid():
        try:
            made = operations.reassign(
                actor=user.actor,
                assignment_uuid=assignment_uuid,
                seen=posted_version(request, "seen"),
                to=form.handlers()[0],
                days=int(form.cleaned_data["days"]),
            )
        except Refusal as refusal:
            _refused(form, refusal)
        else:
            return _after(request, made, "已同意申退，改由别的单位办理。")
    values = [
        ("信息", part.handling.title),
        ("申退单位", part.name),
        ("申退理由", asked.words if asked else ""),
        ("建议", asked.proposal if asked else ""),
    ]
    context = {
        "form": form,
        "seen": part.steps_count,
        "heading": "同意申退，改派",
        "note": "原来的承办单位会收到通知",
        "reasons": [Fact(label, value) for label, value in values if value],
        "button": "改派",
        "unit_names": _units(),
        "back": reverse("handling:handling", args=[part.handling.uuid]),
        "phone_title": "改派",
    }
    navigation.mark(request, "handling")
    return render(request, "handling/reassign.html", context, status=form.status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def second_round(request: HttpRequest, handling_uuid: UUID) -> HttpResponse:
    """Ask the same handlers once more, because an author was not satisfied."""
    user = reader(request)
    user.actor.require("exchange.record")
    found = handling_of(require_unit(), handling_uuid)
    if found is None:
        raise NotFound
    form = RoundForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.second_round(
                actor=user.actor,
                handling_uuid=handling_uuid,
                request=form.cleaned_data["request"],
                days=int(form.cleaned_data["days"]),
            )
        except Refusal as refusal:
            _refused(form, refusal)
        else:
            return _after(request, made, "已要求再次办理，承办单位会收到通知。")
    context = {
        "form": form,
        "heading": "再次办理",
        "note": "由原来的承办、会办单位再办一次",
        "reasons": [
            Fact(f"{one.unit.short_name}反映人", f"{one.get_rating_display()}：{one.words}")
            for one in found.ratings.all()
            if one.rating == Satisfaction.Rating.UNSATISFIED
        ],
        "button": "要求再次办理",
        "back": reverse("handling:handling", args=[handling_uuid]),
        "back_to": "回办理",
        "phone_title": "再次办理",
    }
    navigation.mark(request, "handling")
    return render(request, "desk/form.html", context, status=form.status)


def links_page(request: HttpRequest, made: PassedOn) -> HttpResponse:
    """Show links with their codes, this once."""
    contacts = queries.contacts_of(assignment.uuid for assignment, _ in made.links)
    context: dict[str, Any] = {
        "given": [
            {
                "name": assignment.name,
                "contact": contacts[assignment.uuid],
                "link": request.build_absolute_uri(reverse("handling:outside", args=[issued.token])),
                "code": f"{issued.code[:3]} {issued.code[3:]}",
                "until": issued.link.expires_at,
            }
            for assignment, issued in made.links
        ],
        "tries": links.TRIES,
        "back": reverse("handling:handling", args=[made.handling.uuid]),
        "phone_title": "链接和验证码",
    }
    navigation.mark(request, "handling")
    return render(request, "handling/links.html", context)


def _after(request: HttpRequest, made: PassedOn, words: str) -> HttpResponse:
    if made.links:
        return links_page(request, made)
    messages.success(request, words)
    return redirect("handling:handling", handling_uuid=made.handling.uuid)


def _grounds(item: Item) -> tuple[list[Event], bool]:
    """Return the instructions that were not yet passed on, and whether the adopted item alone may be."""
    unit_id = require_unit()
    done = handled_instructions(unit_id, [item.uuid])
    open_ones = [event for event in instructions_on(unit_id, item.uuid) if event.pk not in done]
    return open_ones, item.state == State.APPROVED and None not in done


def _pass_on_page(request: HttpRequest, item: Item, form: PassOnForm, *, has_ground: bool) -> HttpResponse:
    navigation.mark(request, "handling")
    standing = Assignment.objects.select_related("unit", "handling").filter(
        handling__asker_id=require_unit(), handling__item_uuid=item.uuid, handling__ended_at__isnull=True, role="lead"
    )
    context = {
        "form": form,
        "item": item,
        "has_ground": has_ground,
        "standing": [
            Fact(
                f"{zt_short(one.sent_at)} 已转{one.name}",
                presenting.state_of(one).word,
                reverse("handling:handling", args=[one.handling.uuid]),
            )
            for one in standing.order_by("pk")
        ],
        "unit_names": _units(),
        "back": reverse("desk:item", args=[item.uuid]),
        "phone_title": "转办",
    }
    return render(request, "handling/pass_on.html", context, status=form.status)


def _units() -> list[str]:
    """Return units that are likely handlers: those below and taking part; any other may be typed."""
    unit = unit_in_force()
    return list(senders_to(unit).values_list("short_name", flat=True)[:_OFFERED])


def _refused(form: Form, refusal: Refusal) -> Any:
    """Put a refusal on a form: handlers' rows beside the rows, everything else as usual."""
    if refusal.status == NotFound.status:
        raise refusal
    if isinstance(form, HandlerRows):
        form.note_rows(refusal.fields)
        if "co" in refusal.fields:
            refusal.fields.pop("co")
    form.refuse(refusal)
    return form
