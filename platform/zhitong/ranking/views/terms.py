"""The unit's list of terms (届): shown, added to, shortened."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from zhitong.core.errors import InvalidInput, Refusal
from zhitong.core.text import whole_number
from zhitong.ranking import operations
from zhitong.ranking.forms import TermForm
from zhitong.ranking.models import Term
from zhitong.ranking.views.common import reader, tab_rights
from zhitong.web import navigation
from zhitong.web.parts import empty


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """Show and change the terms of the own unit; a post removes the one named by `remove`, or adds one."""
    actor, own = reader(request)
    actor.require("ranking.configure")
    navigation.mark(request, "rules")
    remove = request.POST.get("remove", "")
    form = TermForm(request.POST if request.method == "POST" and not remove else None)
    if remove:
        key = whole_number(remove)
        if key is None:
            raise InvalidInput("没有这一届，请刷新后再试。", fields={"remove": ["没有这一届"]})
        gone = operations.remove_term(actor=actor, unit=own, key=key)
        messages.success(request, f"已从届次里去掉“{gone.name}”，那些天的数字不变。")
        return redirect("ranking:terms")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = operations.add_term(
                actor=actor, unit=own, name=given["name"], first=given["first"], last=given["last"]
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"已记下“{made.name}”，排名和统计可以按它看。")
            return redirect("ranking:terms")
    context = {
        **tab_rights(actor),
        "form": form,
        "terms": Term.objects.filter(unit=own).order_by("-first"),
        "empty_box": empty("还没有届次", "记下每一届的第一天和最后一天，排名和统计就可以按届看。"),
    }
    return render(request, "ranking/terms.html", context, status=form.status)
