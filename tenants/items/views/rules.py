"""The unit's rules: how long a report may be, whether who has not answered signs, what authors read of reviewers."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants.items.forms import RulesForm
from tenants.items.views.common import reader
from zhitong.core.errors import InvalidInput
from zhitong.core.operations import Actor
from zhitong.units.current import unit_in_force
from zhitong.units.operations import hide_reviewers, set_writing_rules


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rules(request: HttpRequest) -> HttpResponse:
    """Show and change the rules.

    Raises:
        NotAllowed: without `units.settings`.
    """
    actor = reader(request).actor
    actor.require("units.settings")
    unit = unit_in_force()
    now = {
        "text_limit": unit.text_limit,
        "unconfirmed_sign": "1" if unit.unconfirmed_sign else "0",
        "hides_reviewers": "1" if unit.hides_reviewers else "0",
    }
    form = RulesForm(request.POST) if request.method == "POST" else RulesForm(initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            _save(actor, form.cleaned_data)
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "填报规则已保存，以后提交的按新规则。")
            return redirect("items:rules")
    return render(request, "items/rules.html", {"form": form}, status=form.status)


@transaction.atomic
def _save(actor: Actor, given: Mapping[str, Any]) -> None:
    """Save all of the rules or none."""
    set_writing_rules(actor=actor, text_limit=given["text_limit"], unconfirmed_sign=given["unconfirmed_sign"] == "1")
    hide_reviewers(actor=actor, hidden=given["hides_reviewers"] == "1")
