"""The yearly summary of the unit on a page, and as PDF, Word file and workbook."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenants.desk.prints import YEAR_FORMATS
from tenants.desk.reports import YearReport, year_report
from tenants.items.views.common import reader
from tenants.papers.views.common import sections
from zhitong.core import clock
from zhitong.core.errors import NotFound
from zhitong.documents import downloads
from zhitong.documents.kinds import KINDS
from zhitong.exchange.models import ItemFact
from zhitong.ranking.periods import read_period
from zhitong.units.current import unit_in_force
from zhitong.units.models import Unit
from zhitong.web import parts
from zhitong.web.parts import Fact

_PRINTS = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel"}


@login_required
@require_safe
def year(request: HttpRequest) -> HttpResponse:
    """Show the summary of a year, the latest with reports when none is asked for."""
    user = reader(request)
    user.actor.require("ranking.read")
    unit = unit_in_force()
    known = years(unit)
    report = _report(request, unit, known)
    context = {
        "report": report,
        "tables": [(table, [[*zip(table.heads, row, strict=True)] for row in table.rows]) for table in report.tables],
        "years": sorted({*known, report.year}, reverse=True),
        "prints": [
            Fact(word, "", f"{reverse('circulars:year_file', args=[kind])}?year={report.year}")
            for kind, word in _PRINTS.items()
        ],
        "filters": sections(request, user, "year"),
        "empty_box": parts.empty(
            f"{report.year} 年没有收到社情民意信息", "换一个年份再看。收到的信息当天就计入。", icon="report-analytics"
        ),
        "phone_title": "年度总结",
    }
    return render(request, "circulars/year.html", context)


@login_required
@require_safe
def year_file(request: HttpRequest, extension: str) -> FileResponse:
    """Hand out the summary as a file, under the reader's mark; it is logged.

    Raises:
        NotFound: no such kind of file, or no such year.
    """
    user = reader(request)
    user.actor.require("ranking.read")
    make = YEAR_FORMATS.get(extension)
    if make is None:
        raise NotFound
    unit = unit_in_force()
    report = _report(request, unit, years(unit))
    return downloads.hand_out(
        actor=user.actor,
        content=make(report, user.name),
        name=f"{report.title}.{extension}",
        media_type=KINDS[extension].media_type,
        made_of=unit.uuid,
        object_kind="year_report",
        object_id=unit.uuid,
    )


def years(unit: Unit) -> list[int]:
    """Return the years in which something came in, latest first."""
    found = ItemFact.objects.filter(unit=unit).order_by().values_list("submitted_on__year", flat=True).distinct()
    return sorted(found, reverse=True)


def _report(request: HttpRequest, unit: Unit, known: list[int]) -> YearReport:
    asked = request.GET.get("year") or f"{known[0] if known else clock.today().year}"
    return year_report(unit, read_period({"period": asked}).year)
