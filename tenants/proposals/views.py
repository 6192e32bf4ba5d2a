"""Filed proposals: the list, one of them, bringing a list in, taking one or a year out."""

from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.accounts.models import actor_of
from tenants.accounts.views.common import needs
from tenants.proposals import columns, operations, queries
from tenants.proposals.forms import ImportForm, ListFilter
from tenants.proposals.models import Proposal
from tenants.proposals.operations import ImportReport
from tenants.proposals.queries import BRINGS, SEES
from zhitong.core.errors import InvalidInput, NotFound
from zhitong.core.tables import RawRow, WrongRow
from zhitong.web import parts
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Action, Cell, Fact, Page, Passage, SavedFilter, TableColumn, TableRow
from zhitong.web.templatetags.zt import authors as authors_words

ROWS_LIMIT = 2000  # of one list
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_UNIT = "件"
_COLUMNS = [TableColumn(label) for label in ("案号", "年份", "标题", "提案人", "承办单位")]
_WRONG = [TableColumn("行"), TableColumn("为什么不能导入")]


@needs(SEES)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The proposals of a year or of all, narrowed by words, in the order of their numbers."""
    form = ListFilter(request.GET)
    rows = form.found()
    page = page_of(rows, queries.ORDER, request.GET)
    total, years = rows.count(), queries.years()
    brings = actor_of(request.user).can(BRINGS)
    chosen = form.year_asked
    context = {
        "columns": _COLUMNS,
        "rows": [_row(one) for one in page.items],
        "page": Page(page.items, page.next_cursor, page.prev_cursor, total),
        "page_size": SIZE,
        "page_unit": _UNIT,
        "filter_form": form,
        "filters": _years(years, chosen),
        "summary": f"{total:,} {_UNIT}",
        "caption": "已立案提案",
        "brings": brings,
        "year": chosen if brings and chosen in dict(years) else None,
        "empty_box": _empty(brings=brings) if not years else _not_found(),
    }
    return render(request, "proposals/index.html", context)


@needs(SEES)
@require_safe
def proposal(request: HttpRequest, proposal_uuid: UUID) -> HttpResponse:
    """One proposal as the list has it.

    Raises:
        NotFound: there is none.
    """
    actor = actor_of(request.user)
    found = queries.get_proposal(actor, proposal_uuid)
    facts = [
        Fact("案号", found.number),
        Fact("年份", f"{found.year} 年"),
        Fact("届次", found.session),
        Fact("提案人", "、".join(found.proposers)),
        Fact("承办单位", found.handlers),
    ]
    context = {
        "proposal": found,
        "doc_title": found.title,
        "facts": [fact for fact in facts if fact.value],
        "passages": [Passage("", [line for line in found.text.split("\n") if line.strip()])] if found.text else [],
        "brings": actor.can(BRINGS),
        "back": f"{reverse('proposals:index')}?year={found.year}",
        "phone_title": "已立案提案",
    }
    return render(request, "proposals/proposal.html", context)


@needs(BRINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: HttpRequest) -> HttpResponse:
    """Take a list; where a row is wrong and the others are not to enter alone, nothing is written."""
    if request.method != "POST":
        return _form_page(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form_page(request, form)
    given = form.cleaned_data
    try:
        rows = _read(given["file"])
    except InvalidInput as refusal:
        form.add_error("file", refusal.message)
        return _form_page(request, form)
    report = operations.import_proposals(
        actor=actor_of(request.user), rows=rows, year=given["year"], skip_wrong=given["skip_wrong"]
    )
    if report.is_entered and not report.wrong:
        messages.success(request, _done(report))
        return redirect("proposals:index")
    return _form_page(request, form, report=report)


@needs(BRINGS)
@require_safe
def sample(_request: HttpRequest) -> HttpResponse:
    """Return a list with one row to write over, and what each column takes."""
    response = HttpResponse(columns.sample(), content_type=_XLSX)
    disposition = content_disposition_header(as_attachment=True, filename="已立案提案样表.xlsx")
    response.headers["Content-Disposition"] = disposition
    response.headers["Content-Security-Policy"] = "sandbox"  # a file: it may do nothing at all
    return response


@needs(BRINGS)
@require_POST
def remove(request: HttpRequest, proposal_uuid: UUID) -> HttpResponse:
    """Take one out."""
    gone = operations.remove_proposal(actor=actor_of(request.user), proposal_uuid=proposal_uuid)
    messages.success(request, f"已删除 {gone.year} 年提案 {gone.number}。")
    return redirect(f"{reverse('proposals:index')}?year={gone.year}")


@needs(BRINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_year(request: HttpRequest, year: int) -> HttpResponse:
    """Say what would be taken out with a year; a post does it.

    Raises:
        NotFound: there is nothing of that year.
    """
    if request.method == "POST":
        count = operations.remove_year(actor=actor_of(request.user), year=year)
        messages.success(request, f"已删除 {year} 年的 {count:,} 件提案。")
        return redirect("proposals:index")
    count = dict(queries.years()).get(year, 0)
    if not count:
        raise NotFound
    back = f"{reverse('proposals:index')}?year={year}"
    context = {"year": year, "count": count, "back": back, "phone_title": "删除提案"}
    return render(request, "proposals/remove_year.html", context)


def _read(file: Any) -> list[RawRow | WrongRow]:
    rows = list(islice(columns.read_proposals(file.file, file.name), ROWS_LIMIT + 1))
    if not rows:
        raise InvalidInput("表里没有提案：表头下面是空的。")
    if len(rows) > ROWS_LIMIT:
        raise InvalidInput(f"一次最多 {ROWS_LIMIT:,} 行，请分成几个文件。")
    return rows


def _done(report: ImportReport) -> str:
    said = [f"新增 {report.added:,} 件", f"更新 {report.replaced:,} 件", f"没有变化 {report.known:,} 件"]
    short = f"其中 {report.without_text:,} 件没有正文，只按标题比对。" if report.without_text else ""
    return f"已导入：{'，'.join(said)}。{short}"


def _form_page(request: HttpRequest, form: ImportForm, *, report: ImportReport | None = None) -> HttpResponse:
    """Draw the form, below it the rows that are wrong."""
    context: dict[str, Any] = {"form": form, "back": reverse("proposals:index"), "phone_title": "导入提案"}
    if report:
        rows = [TableRow([Cell(f"第 {one.line} 行"), Cell(one.reason, look="words")]) for one in report.wrong]
        context |= {"report": report, "columns": _WRONG, "rows": rows, "done": _done(report)}
    status = 422 if report and not report.is_entered else form.status
    return render(request, "proposals/import.html", context, status=status)


def _row(one: Proposal) -> TableRow:
    url = reverse("proposals:proposal", args=[one.uuid])
    cells = [
        Cell(one.number),
        Cell(f"{one.year}", note=one.session),
        Cell(one.title, url, look="t"),
        Cell(authors_words(one.proposers)),
        Cell(one.handlers, look="words"),
    ]
    return TableRow(cells, name=one.title, url=url)


def _years(years: list[tuple[int, int]], chosen: int | None) -> list[SavedFilter]:
    everything = SavedFilter("全部", "?", sum(count for _year, count in years), current=chosen is None)
    return [everything] + [
        SavedFilter(f"{year} 年", f"?year={year}", count, current=year == chosen) for year, count in years
    ]


def _empty(*, brings: bool) -> parts.SayBox:
    if brings:
        act = Action("导入提案", url=reverse("proposals:import"), icon="upload")
        return parts.empty(
            "还没有导入已立案提案", "导入以后，写稿、审核、收件时内容雷同的会有提示。", act, icon="file-text"
        )
    return parts.empty(
        "还没有导入已立案提案", "有“导入历史信息”权限的人（一般是经办）可以导入提案清单。", icon="file-text"
    )


def _not_found() -> parts.SayBox:
    everything = Action("看全部", url=reverse("proposals:index"))
    return parts.empty("没有符合条件的提案", "换一个年份，或少写几个词。", everything, icon="search")
