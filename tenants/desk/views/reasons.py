"""The unit's own list of reasons for not adopting a report."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenants.desk.declining import decline_reasons, set_decline_reasons
from tenants.desk.forms import DeclineReasonsForm
from tenants.items.views.common import reader
from zhitong.core.errors import InvalidInput
from zhitong.web import navigation


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reasons(request: HttpRequest) -> HttpResponse:
    """Show and replace the list, one reason a line.

    Raises:
        NotAllowed: without `units.settings`.
    """
    actor = reader(request).actor
    actor.require("units.settings")
    form = (
        DeclineReasonsForm(request.POST)
        if request.method == "POST"
        else DeclineReasonsForm(initial={"words": "\n".join(decline_reasons())})
    )
    if request.method == "POST" and form.is_valid():
        try:
            kept = set_decline_reasons(actor=actor, reasons=form.cleaned_data["words"].split("\n"))
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"已保存，共 {len(kept)} 条。")
            return redirect("desk:decline_reasons")
    navigation.mark(request, "decline_reasons")
    context = {
        "form": form,
        "heading": "不采用理由",
        "note": "不采用来稿时从这里选，报送单位会看到",
        "button": "保存清单",
        "back": reverse("home"),
        "back_to": "回首页",
        "phone_title": "不采用理由",
    }
    return render(request, "desk/form.html", context, status=form.status)
