"""What is done with a circular: its text written, handed in, sent down, corrected."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.circulars import operations, queries
from tenants.circulars.forms import PublishForm, TextForm
from tenants.circulars.models import Circular
from tenants.items.texts import Texts
from tenants.items.views.common import posted_version, reader
from tenants.papers.views.common import sections
from zhitong.core.errors import InvalidInput, StaleVersion, WrongState
from zhitong.exchange.models import Audience, Delivery
from zhitong.units.current import unit_in_force
from zhitong.units.queries import units_below
from zhitong.web.parts import Action

_ERRORS_OF = {"to": "sets"}  # what the operation calls a field -> what the form calls it


@login_required
@require_POST
def act(request: HttpRequest, circular_uuid: UUID) -> HttpResponse:
    """Carry out the pressed button; what is missing in a text that is handed in is said beside it."""
    user, verb = reader(request), request.POST.get("verb", "")
    found = queries.get_visible(user, circular_uuid)
    if verb == "delete":
        operations.delete(actor=user.actor, circular_uuid=circular_uuid)
        messages.success(request, "已删除。")
        return redirect("circulars:index")
    if verb == "correct":
        corrected = operations.correct(actor=user.actor, circular_uuid=circular_uuid)
        messages.success(request, "更正版已起草，请写明更正了什么。")
        return redirect("circulars:edit", circular_uuid=corrected.uuid)
    if verb in {"refresh", "redraft"}:
        operations.refresh(actor=user.actor, circular_uuid=circular_uuid, redraft=verb == "redraft")
        messages.success(
            request, "已按现在的数字更新附表。" + ("正文已重写。" if verb == "redraft" else "请核对正文。")
        )
    elif verb == "hand_in":
        try:
            operations.hand_in(actor=user.actor, circular_uuid=circular_uuid, version=posted_version(request))
        except InvalidInput as refusal:
            form = _form_of(found)
            form.refuse(refusal)
            return _edit_page(request, found, form, status=refusal.status)
        messages.success(request, "已送审。")
    else:
        raise InvalidInput("请选择一种处理：送审、取数、更正或删除。")
    return redirect("circulars:circular", circular_uuid=circular_uuid)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def edit(request: HttpRequest, circular_uuid: UUID) -> HttpResponse:
    """Show the text to be written; a post saves it. The figures are not written here."""
    user = reader(request)
    user.actor.require("circulars.edit")
    found = queries.get_visible(user, circular_uuid)
    if request.method != "POST":
        return _edit_page(request, found, _form_of(found, bound=False))
    form = TextForm(request.POST)
    try:
        operations.write(
            actor=user.actor,
            circular_uuid=circular_uuid,
            version=posted_version(request),
            texts=form.texts(),
            correction=request.POST.get("correction", ""),
        )
    except (InvalidInput, WrongState, StaleVersion) as refusal:
        form.refuse(refusal)
        return _edit_page(request, found, form, status=refusal.status)
    messages.success(request, "正文已存。")
    return redirect("circulars:circular", circular_uuid=circular_uuid)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, circular_uuid: UUID) -> HttpResponse:
    """Choose whom a signed circular goes down to; a post sends it.

    Raises:
        NotFound: no such circular.
        WrongState: it is not signed, or has gone down already.
    """
    user = reader(request)
    user.actor.require("circulars.publish")
    found = queries.get_visible(user, circular_uuid)
    operations.require_signed(found)
    unit = unit_in_force()
    below = list(units_below(unit).order_by("division_code", "pk"))
    form = PublishForm(request.POST or None, unit=unit, below=below, initial=_before(found))
    if request.method == "POST" and form.is_valid():
        try:
            operations.publish(
                actor=user.actor,
                circular_uuid=circular_uuid,
                to=form.chosen(),
                open_to_members=form.cleaned_data.get("open_to_members", False),
                audience=Audience(form.cleaned_data["audience"]),
            )
        except (InvalidInput, WrongState) as refusal:
            for theirs, ours in _ERRORS_OF.items():
                if theirs in refusal.fields:
                    refusal.fields[ours if ours in form.fields else "audience"] = refusal.fields.pop(theirs)
            form.refuse(refusal)
        else:
            messages.success(request, "通报已下发。")
            return redirect("circulars:circular", circular_uuid=circular_uuid)
    context = {
        "circular": found,
        "form": form,
        "actions": [Action("下发", icon="send", primary=True, key="Ctrl Enter")],
        "next_step": "编期号，附 PDF、Word 和 Excel，\n下发后不再改变。",
        "filters": sections(request, user, "circulars"),
        "back": reverse("circulars:circular", args=[found.uuid]),
        "phone_title": "下发通报",
    }
    return render(request, "circulars/publish.html", context, status=form.status)


def _before(circular: Circular) -> dict[str, Any]:
    """Return whom the edition before went to: a correction goes there too; a first edition to everybody below."""
    if circular.replaces is None:
        return {}
    rows = Delivery.objects.filter(paper__uuid=circular.replaces.uuid).select_related("paper", "receiver")
    found = list(rows)
    if not found:
        return {}
    paper = found[0].paper
    units = [str(one.receiver.uuid) for one in found]
    return {"units": units, "open_to_members": paper.open_to_members, "audience": paper.audience}


def _form_of(circular: Circular, *, bound: bool = True) -> TextForm:
    values = {**Texts.of(circular.item).as_dict(), "correction": circular.correction}
    return TextForm(values) if bound else TextForm(initial=values)


def _edit_page(request: HttpRequest, circular: Circular, form: TextForm, *, status: int = 200) -> HttpResponse:
    circular.item.refresh_from_db()
    typed = posted_version(request) if request.method == "POST" else 0
    context = {
        "circular": circular,
        "form": form,
        "version": typed or circular.item.version,
        "filters": sections(request, reader(request), "circulars"),
        "back": reverse("circulars:circular", args=[circular.uuid]),
        "phone_title": "修改通报",
    }
    return render(request, "circulars/edit.html", context, status=status)
