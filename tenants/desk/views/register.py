"""The register (台账): its table, the cells that say who answers, and its print."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenants.accounts.models import Group, GroupKind, User
from tenants.desk import prints
from tenants.desk.register import HEADS, NAMES, ORDER, TABS, in_tab, note_line, ready, register, rows_of, totals_of
from tenants.desk.register.forms import RegisterFilter, RegisterLineForm, filtered, title_of
from tenants.items.models import Item
from tenants.items.views.common import reader
from zhitong.core import clock, text
from zhitong.core.errors import InvalidInput, NotFound, StaleVersion, WrongState
from zhitong.documents import downloads
from zhitong.documents.kinds import KINDS
from zhitong.units.current import unit_in_force
from zhitong.web import navigation, parts
from zhitong.web.keyset import page_of
from zhitong.web.parts import Action, Page, SavedFilter

_SIZE = 50  # rows a page: the register is read in long columns
_PRINTED_MOST = 1000  # rows of a print; more is work for a spreadsheet
_BAR = ("open", "adopted", "instructed", "replied", "over")


@login_required
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The register: tabs and totals of the whole filter, pages of 50.

    Raises:
        NotAllowed: without `desk.register`.
    """
    user, rows, form = _asked(request)
    tab = form.chosen_tab
    totals = totals_of(rows, user)
    page = page_of(ready(in_tab(rows, tab, user)), ORDER, request.GET, size=_SIZE)
    kept = request.GET.copy()
    for name in ("tab", "after", "before"):
        kept.pop(name, None)
    base = f"{kept.urlencode()}&" if kept else ""
    tabs = [
        SavedFilter(
            word,
            f"?{base}tab={key}",
            totals.by_tab[key],
            current=key == tab,
            late=key == "late" and totals.by_tab[key] > 0,
        )
        for key, word in TABS.items()
    ]
    context = {
        "filters": tabs,
        "filter_form": form,
        "rows": rows_of(unit_in_force(), page.items),
        "page": Page(page.items, page.next_cursor, page.prev_cursor, totals.by_tab[tab]),
        "page_size": _SIZE,
        "total": tabs[0],
        "bar": [one for key, one in zip(TABS, tabs, strict=True) if key in _BAR],
        "query": request.GET.urlencode(),
        "summary": f"{totals.by_tab[tab]:,} 件",
        "empty_box": parts.empty(
            "台账里没有符合条件的信息",
            "报送出去的、收为本单位稿件的信息都在这里；去掉一两个条件再看。",
            Action("看全部", url=reverse("desk:register")),
            icon="list-details",
        ),
        **_suggestions(),
        "phone_title": "台账",
    }
    return render(request, "desk/register.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def line(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Name who answers for a row: from a cell of the table, which comes back as a row, or on a page of its own.

    Raises:
        NotAllowed: without `desk.register`.
        NotFound: no such row.
    """
    user = reader(request)
    user.actor.require("desk.register")
    in_table = bool(request.htmx)  # type: ignore[attr-defined]
    found = ready(register(unit_in_force())).filter(uuid=item_uuid).first()
    if found is None:
        raise NotFound
    own = getattr(found, "register_line", None)
    form = RegisterLineForm(request.POST if request.method == "POST" else None, line=own)
    if request.method == "POST" and form.is_valid():
        try:
            note_line(actor=user.actor, item_uuid=item_uuid, **form.cleaned_data)
        except (InvalidInput, StaleVersion) as refusal:
            form.refuse(refusal)
        else:
            if not in_table:
                messages.success(request, "已登记。")
                return redirect("desk:register")
            found = ready(register(unit_in_force())).get(uuid=item_uuid)
    if in_table:
        [row] = rows_of(unit_in_force(), [found])
        errors = [str(words) for field in form.errors.values() for words in field]
        typed = [text.readable(request.POST.get(name, "")) for name in (*NAMES, "check_on")]
        errors += [f"您写的：{'、'.join(filter(None, typed))}"] * bool(errors and any(typed))
        status = form.status if errors else 200
        return render(request, "desk/register_row.html", {"row": row, "said": "；".join(errors)}, status=status)
    context = {
        "form": form,
        "heading": "谁负责",
        "note": found.title,
        "button": "登记",
        "back": reverse("desk:register"),
        "back_to": "回台账",
        "phone_title": "谁负责",
        **_suggestions(),
    }
    navigation.mark(request, "register")
    return render(request, "desk/register_line.html", context, status=form.status)


@login_required
@require_safe
def printed(request: HttpRequest) -> FileResponse:
    """Hand out the rows of the filter and tab as a PDF; the download is logged.

    Raises:
        NotAllowed: without `desk.register`.
        WrongState: more rows than a print takes.
    """
    user, rows, form = _asked(request)
    unit = unit_in_force()
    chosen = in_tab(rows, form.chosen_tab, user)
    if chosen.count() > _PRINTED_MOST:
        raise WrongState(
            f"这份台账超过 {_PRINTED_MOST:,} 件，不能打印。",
            rule=f"一次最多打印 {_PRINTED_MOST:,} 件",
            who="可以按年度和条件分开打印，或导出 Excel",
        )
    texts = [row.texts() for row in rows_of(unit, list(ready(chosen).order_by(*ORDER)))]
    title = f"{unit.short_name}{title_of(form)}"
    return downloads.hand_out(
        actor=user.actor,
        content=prints.pdf_of_register(title, HEADS, texts, reader=user.name),
        name=f"{title} {clock.today():%Y-%m-%d}.pdf",
        media_type=KINDS["pdf"].media_type,
        made_of=unit.uuid,
        object_kind="register",
        object_id=unit.uuid,
    )


def _asked(request: HttpRequest) -> tuple[User, QuerySet[Item], RegisterFilter]:
    """Return the reader, the rows of the filter without its tab, and the filter."""
    user = reader(request)
    user.actor.require("desk.register")
    return user, *filtered(request.GET)


def _suggestions() -> dict[str, Sequence[str]]:
    """Return names to choose from while one types."""
    people = User.objects.filter(is_active=True, roles__permissions__contains=["desk.register"]).order_by("name")
    committees = Group.objects.filter(kind=GroupKind.COMMITTEE).order_by("name")
    return {
        "people": list(people.values_list("name", flat=True).distinct()),
        "committees": list(committees.values_list("name", flat=True)),
    }
