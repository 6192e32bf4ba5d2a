"""Many people at once: a list is read, shown with what would be done, and entered; then links are handed out."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core import signing
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.accounts import operations, queries
from tenants.accounts.forms import PeopleListForm
from tenants.accounts.imports import Fate, Line, plan_people, read_people, template
from tenants.accounts.models import Position, Role, actor_of
from tenants.accounts.permissions import grantable
from tenants.accounts.views.common import needs
from zhitong.core import clock
from zhitong.core.errors import InvalidInput
from zhitong.core.tables import RawRow, Sheet, WrongRow, write_workbook
from zhitong.web.parts import Cell, State, TableColumn, TableRow

MANAGE = "accounts.manage"
ROWS_LIMIT = 1000  # of one list on the page; `zhitong people import` takes more
LINKS_LIMIT = 1000
_SALT = "accounts.people.import"
_KEPT_SECONDS = 3600
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS = [
    TableColumn("行", number=True),
    *(TableColumn(label) for label in ("姓名", "登录名", "手机号", "结果", "说明")),
]
_PLANNED = {
    Fate.NEW: State("将添加", "now", "user-plus"),
    Fate.KNOWN: State("已在册", "off", "user-check"),
    Fate.WRONG: State("不能添加", "soon", "alert-triangle"),
}
_DONE = _PLANNED | {Fate.NEW: State("已添加", "ok")}


@needs(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Take a list; a post shows what would be done with each of its rows, and changes nothing."""
    form = PeopleListForm(request.POST, request.FILES) if request.method == "POST" else PeopleListForm()
    if form.is_valid():
        try:
            rows = _read(form.cleaned_data["file"])
        except InvalidInput as refusal:
            form.add_error("file", refusal.message)
        else:
            return _result(request, plan_people(rows), _PLANNED, kept=_keep(rows))
    return _form_page(request, form, status=form.status)


@needs(MANAGE)
@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Enter the list that was shown. Sent twice, it finds everybody there and adds nobody."""
    try:
        rows = _kept(request.POST.get("rows", ""))
    except signing.BadSignature:
        doubt = "上次预览已超过一小时或不完整，没有添加任何人。请重新选择文件。"
        return _form_page(request, PeopleListForm(), doubt=doubt, status=422)
    lines = plan_people(rows)
    new = [line.person for line in lines if line.person]
    entered = {
        one.person.line: one
        for start in range(0, len(new), operations.PEOPLE_AT_ONCE)
        for one in operations.import_people(
            actor=actor_of(request.user), people=new[start : start + operations.PEOPLE_AT_ONCE]
        )
    }
    refused = {line: one.reason for line, one in entered.items() if one.user is None}
    final = [replace(one, fate=Fate.WRONG, words=refused[one.line]) if one.line in refused else one for one in lines]
    return _result(request, final, _DONE)


@needs(MANAGE)
@require_safe
def empty_table(request: HttpRequest) -> HttpResponse:
    """Return the table to fill in, with the unit's own roles and posts explained."""
    allowed = sorted(grantable(connection.tenant))  # type: ignore[attr-defined]
    roles = Role.objects.filter(permissions__contained_by=allowed).order_by("-is_preset", "pk")
    posts = Position.objects.values_list("name", flat=True)
    return _download(template(list(roles.values_list("name", flat=True)), list(posts)), "人员名册.xlsx")


@needs(MANAGE)
@require_POST
def links(request: HttpRequest) -> HttpResponse:
    """Make links for those who wait for one and return them as a table, this once."""
    made = operations.invite_waiting(actor=actor_of(request.user), limit=LINKS_LIMIT)
    if not made:
        messages.warning(request, "没有人在等邀请链接：都已设好密码，或者手里的链接还有效。")
        return redirect("accounts:people_import")
    rows = [
        [user.name, user.username, user.mobile or "", user.email, request.build_absolute_uri(path)]
        for user, path in made
    ]
    sheet = Sheet(
        "邀请链接", ["姓名", "登录名", "手机号", "邮箱", "邀请链接（本人打开，72 小时内有效，只能用一次）"], rows
    )
    return _download(write_workbook([sheet]), f"邀请链接 {timezone.localtime(clock.now()):%Y-%m-%d %H%M}.xlsx")


def _read(file: Any) -> list[RawRow | WrongRow]:
    rows = list(islice(read_people(file.file, file.name), ROWS_LIMIT + 1))
    if not rows:
        raise InvalidInput("表里没有人：表头下面是空的。")
    if len(rows) > ROWS_LIMIT:
        raise InvalidInput(f"一次最多 {ROWS_LIMIT} 行，请分成几个文件。")
    return rows


def _keep(rows: Iterable[RawRow | WrongRow]) -> str:
    """Return the rows signed, so that what is entered is what was shown, in this unit, within the hour."""
    plain = [[row.line, row.values if isinstance(row, RawRow) else row.reason] for row in rows]
    return signing.dumps(plain, salt=_salt(), compress=True)


def _kept(signed: str) -> list[RawRow | WrongRow]:
    plain = signing.loads(signed, salt=_salt(), max_age=_KEPT_SECONDS)
    return [RawRow(line, rest) if isinstance(rest, dict) else WrongRow(line, rest) for line, rest in plain]


def _salt() -> str:
    return f"{_SALT}.{connection.tenant.uuid}"  # type: ignore[attr-defined]


def _form_page(request: HttpRequest, form: PeopleListForm, *, doubt: str = "", status: int) -> HttpResponse:
    context = {"form": form, "doubt": doubt, "waiting": queries.waiting_for_a_link().count()}
    return render(request, "accounts/people_import.html", context, status=status)


def _result(request: HttpRequest, lines: Sequence[Line], states: dict[Fate, State], *, kept: str = "") -> HttpResponse:
    """Show each row with its fate: before (with the signed rows, when there is anybody to add), or after."""
    counts = {fate: sum(1 for line in lines if line.fate is fate) for fate in Fate}
    context: dict[str, Any] = {
        "columns": _COLUMNS,
        "rows": [_row(line, states[line.fate]) for line in lines],
        "new": counts[Fate.NEW],
        "known": counts[Fate.KNOWN],
        "wrong": counts[Fate.WRONG],
        "kept": kept if counts[Fate.NEW] else "",
        "done": states is _DONE,
        "waiting": queries.waiting_for_a_link().count(),
    }
    return render(request, "accounts/people_imported.html", context)


def _row(line: Line, state: State) -> TableRow:
    mobile = line.person.fields.get("mobile", "") if line.person else ""
    cells = [
        Cell(str(line.line), look="num"),
        Cell(line.name, look="t"),
        Cell(line.username),
        Cell(mobile),
        Cell(state=state),
        Cell(line.words, look="words"),
    ]
    return TableRow(cells, name=line.name)


def _download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=_XLSX)
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response
