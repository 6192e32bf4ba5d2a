"""The console's page of the working calendar: the days that stand over the published one, year by year."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenants.accounts.forms import DaysForm, DropDaysForm
from tenants.accounts.models import actor_of
from tenants.accounts.views.common import needs
from tenants.accounts.views.console import OPERATE
from zhitong.core import clock, workday_table
from zhitong.core.errors import InvalidInput
from zhitong.core.models import WorkdayOverride
from zhitong.core.workdays import PUBLISHED, is_published
from zhitong.web import parts
from zhitong.web.parts import SavedFilter, State

_AHEAD = 2  # years after this one that can be opened before anything is entered
_WEEKDAYS = "一二三四五六日"


@needs(OPERATE)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Show the days of a year; a POST enters some."""
    form = DaysForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        first, last, working = form.cleaned_data["first"], form.cleaned_data["last"], form.cleaned_data["working"]
        try:
            count = workday_table.set_days(
                actor=actor_of(request.user),
                first=first,
                last=last or first,
                is_working=working,
                reason=form.cleaned_data["reason"],
            )
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"{count} 天已登记为{_word(works=working)}，今后计算时限照此办理。")
            return redirect(_address(first.year))
    now, counts = clock.today().year, workday_table.counts_by_year()
    years = sorted({*counts, *range(now, now + _AHEAD + 1)})
    year = next((one for one in years if str(one) == request.GET.get("year")), now)
    bare = [f"{one} 年" for one in years if one not in counts and not is_published(date(one, 1, 1))]
    context = {
        "filters": [SavedFilter(f"{one} 年", _address(one), counts.get(one, 0), current=one == year) for one in years],
        "year": year,
        "bare": "、".join(bare),
        "days": [_shown(row) for row in workday_table.days_of_year(year)],
        "empty_box": parts.empty(
            f"{year} 年没有登记",
            "放假安排公布前，可以在下面先登记；公布后本省另有决定的日子（例如台风停工）也在这里登记。",
            icon="calendar",
        ),
        "form": form,
    }
    return render(request, "accounts/console_calendar.html", context, status=form.status)


@needs(OPERATE)
@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: HttpRequest) -> HttpResponse:
    """Ask why days leave the table; a POST takes them out."""
    form = DropDaysForm(request.POST or None, initial={"first": _day(request.GET.get("first", ""))})
    if request.method == "POST" and form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        try:
            count = workday_table.drop_days(
                actor=actor_of(request.user), first=first, last=last or first, reason=form.cleaned_data["reason"]
            )
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"{count} 天已删去，今后按公布的日历计算。")
            return redirect(_address(first.year))
    return render(request, "accounts/console_calendar_drop.html", {"form": form}, status=form.status)


def _shown(row: WorkdayOverride) -> dict[str, Any]:
    """Return a day's row: what was entered, and what the published calendar says of it."""
    return {
        "row": row,
        "weekday": _WEEKDAYS[row.day.weekday()],
        "state": State(_word(works=row.is_working), "ok" if row.is_working else "off"),
        "published": _word(works=PUBLISHED.works(row.day)) if is_published(row.day) else "还没有公布",
    }


def _word(*, works: bool) -> str:
    return "上班" if works else "放假"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _address(year: int) -> str:
    return f"{reverse('operators:calendar')}?year={year}"
