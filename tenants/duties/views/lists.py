"""The list of duties of a year: shown, added to, dropped from, taken over from the year before."""

from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenants.duties import operations
from tenants.duties.forms import DutyForm
from tenants.duties.models import Counted, Duty
from tenants.duties.queries import dossiers
from tenants.duties.views import common
from tenants.items.views.common import reader
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotFound, Refusal
from zhitong.core.operations import Actor
from zhitong.core.text import whole_number
from zhitong.web import parts
from zhitong.web.parts import SavedFilter


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def duties(request: HttpRequest) -> HttpResponse:
    """Show the list of a year; a post names what to do in `do`."""
    user = reader(request)
    user.actor.require("duties.manage")
    year = list_year(request.POST.get("year") or request.GET.get("year") or "")
    do = request.POST.get("do", "")
    form = DutyForm(request.POST if do == "add" else None)
    refused: Refusal | None = None
    if request.method == "POST" and (do != "add" or form.is_valid()):
        try:
            messages.success(request, _act(request, user.actor, do, year, form))
            return redirect(f"{reverse('duties:list')}?year={year}")
        except Refusal as refusal:
            if do == "add":
                form.refuse(refusal)
            else:
                refused = refusal
    found = dossiers.duties_of(year)
    today = clock.today().year
    base = reverse("duties:list")
    context = {
        "filters": common.sections(request, user, "list"),
        "years": [
            SavedFilter(f"{each} 年", f"{base}?year={each}", current=each == year)
            for each in sorted({today + 1, today, today - 1, year}, reverse=True)
        ],
        "year": year,
        "exported": f"year={year}",
        "lists": [(heading, list(those)) for heading, those in groupby(found, key=attrgetter("heading"))],
        "form": form,
        "refused": refused,
        "is_open": abs(year - today) <= 1,
        "may_copy": not found and abs(year - today) <= 1 and bool(dossiers.duties_of(year - 1)),
        "empty_box": parts.empty(
            f"{year} 年还没有履职清单", "例如“五个一”：提交一篇信息、参加一次调研……", icon="clipboard-list"
        ),
    }
    return render(request, "duties/list.html", context, status=refused.status if refused else form.status)


def _act(request: HttpRequest, actor: Actor, do: str, year: int, form: DutyForm) -> str:
    """Do it and return what to say."""
    if do == "add":
        given = form.cleaned_data
        duty = operations.add_duty(
            actor=actor,
            year=year,
            heading=given["heading"],
            name=given["name"],
            counted=Counted(given["counted"]),
            number=given["number"],
            needs_proof=given["needs_proof"],
        )
        return f"已加上“{duty.name}”。"
    if do == "copy":
        return f"已沿用 {len(operations.copy_duties(actor=actor, year=year))} 项。"
    if do == "drop":
        dropped: Duty = operations.drop_duty(actor=actor, duty_uuid=_uuid(request.POST.get("duty", "")))
        return f"已去掉“{dropped.name}”。"
    raise InvalidInput("没有这样的操作，请从页面上的按钮选。")


def list_year(asked: str) -> int:
    """Return the year of a list that an address asks for, the present one without; the next one at the latest.

    Raises:
        NotFound: no such year.
    """
    if not asked:
        return clock.today().year
    year = whole_number(asked, 4)
    if year is None or not 1949 <= year <= clock.today().year + 1:
        raise NotFound
    return year


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise NotFound from error
