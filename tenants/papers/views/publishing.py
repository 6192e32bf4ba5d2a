"""A new paper: its words, whom it is for; passed on from above, or showing an item of the unit."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenants.accounts.models import User
from tenants.items.models import Item, State
from tenants.items.queries import get_visible
from tenants.items.views.common import reader
from tenants.papers import operations, queries
from tenants.papers.forms import DirectoryFilter, PaperForm
from tenants.papers.listing import DIRECTORY_ORDER
from tenants.papers.views import common
from tenants.papers.views.progress import said
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.core.operations import Actor
from zhitong.documents import storage
from zhitong.exchange.models import Audience, Delivery, Paper, PaperKind
from zhitong.exchange.operations import NewPaper
from zhitong.units.current import unit_in_force
from zhitong.units.queries import units_below
from zhitong.web import parts
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Action, Cell, TableColumn, TableRow, Tag

_DAYS = 14  # that the form proposes for a call
_PEOPLE = [
    *(TableColumn(label) for label in ("姓名", "身份", "职务", "专长", "界别与组织", "标签")),
    TableColumn("本单位采用", number=True),
]
_ERRORS_OF = {"to": "units"}  # what an operation calls a field -> what the form calls it


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form of a new paper; a post publishes it."""
    user = reader(request)
    user.actor.require("exchange.publish")
    source = _source(request)
    item = _item(user, request)
    form = _form(request, source, item)
    if request.method == "POST" and form.is_valid():
        try:
            paper = _publish(request, user.actor, form, source, item)
        except (InvalidInput, WrongState) as refusal:
            for theirs, ours in _ERRORS_OF.items():
                if theirs in refusal.fields:
                    refusal.fields[ours if ours in form.fields else "audience"] = refusal.fields.pop(theirs)
            form.refuse(refusal)
        else:
            messages.success(request, f"{paper.get_kind_display()}已{'转发' if source else '发出'}。")
            return redirect("papers:sent", paper_uuid=paper.uuid)
    title = "转发" if source else "评为优秀信息" if item else "发约稿和通知"
    context = {
        "form": form,
        "heading": title,
        "source": source,
        "shown": item,
        "actions": [Action("转发" if source else "发出", icon="send", primary=True, key="Ctrl Enter")],
        "next_step": "发出后内容不再改变，可以撤回。\n签收、已写和采用的情况随时看得到。",
        "filters": common.sections(request, user, "outbox"),
        "back": reverse("papers:delivery", args=[source.uuid]) if source else reverse("papers:outbox"),
        "phone_title": title,
    }
    return render(request, "papers/new.html", context, status=form.status)


@login_required
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """List the unit's people by what they know and what of theirs was adopted; those chosen can be asked."""
    user = reader(request)
    user.actor.require("exchange.publish")
    form = DirectoryFilter(request.GET, tags=queries.tags_in_use())
    rows = queries.directory(**form.conditions())
    page = page_of(rows.prefetch_related("circles"), DIRECTORY_ORDER, request.GET)
    context = {
        "filters": common.sections(request, user, "directory"),
        "filter_form": form,
        "summary": f"{rows.count():,} 人",
        "columns": _PEOPLE,
        "rows": [_person(one) for one in page.items],
        "page": page,
        "page_size": SIZE,
        "page_unit": "人",
        "pick": "person",
        "caption": "可以约稿的人员",
        "actions": [Action("约稿", icon="speakerphone", primary=True)],
        "empty_box": parts.empty(
            "没有符合条件的人员", "去掉筛选再看。标签和专长由本单位管理员在“人员”里填写。", icon="users"
        ),
    }
    return render(request, "papers/directory.html", context)


def _source(request: HttpRequest) -> Delivery | None:
    uuid = _uuid(request.GET.get("from", ""))
    return queries.get_delivery(uuid) if uuid else None


def _item(user: User, request: HttpRequest) -> Item | None:
    uuid = _uuid(request.GET.get("item", ""))
    if uuid is None:
        return None
    item = get_visible(user, uuid)
    if item.state != State.APPROVED:
        raise WrongState(f"这一篇{item.get_state_display()}，不能作为优秀信息展示。", rule="只展示本单位采用的信息")
    return item


def _form(request: HttpRequest, source: Delivery | None, item: Item | None) -> PaperForm:
    named = [uuid for value in request.GET.getlist("person") if (uuid := _uuid(value))]
    people = list(queries.people_among(uuids=named).order_by("name", "pk")) if named else []
    unit = unit_in_force()
    below = units_below(unit).order_by("-kind", "division_code", "short_name")
    fixed = str(source.paper.kind) if source else PaperKind.EXEMPLAR.value if item else ""
    return PaperForm(
        request.POST or None,
        request.FILES or None,
        unit=unit,
        below=list(below),
        people=people,
        tags=queries.tags_in_use(),
        fixed_kind=fixed,
        initial=_initial(request, source, item, people),
    )


def _initial(request: HttpRequest, source: Delivery | None, item: Item | None, people: list[User]) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    initial: dict[str, Any] = {
        "kind": kind if kind in PaperKind.values else PaperKind.CALL.value,
        "due_on": clock.today() + timedelta(days=_DAYS),
        "people": [str(one.uuid) for one in people],
        "audience": Audience.NAMED if people else Audience.NOBODY,
    }
    if source:
        paper = source.paper
        initial |= {
            "kind": paper.kind,
            "title": paper.title,
            "body": paper.body,
            "due_on": paper.due_on,
            "needs_confirm": paper.needs_confirm,
        }
    if item:
        initial |= {"kind": PaperKind.EXEMPLAR.value, "title": item.title, "open_to_members": True}
    return initial


def _publish(request: HttpRequest, actor: Actor, form: PaperForm, source: Delivery | None, item: Item | None) -> Paper:
    given = form.cleaned_data
    paper = NewPaper(
        uuid=given["token"],
        kind=PaperKind(given["kind"]),
        title=given["title"],
        body=given["body"],
        due_on=given["due_on"] if given["kind"] == PaperKind.CALL else None,
        needs_confirm=given["needs_confirm"],
        open_to_members=given.get("open_to_members", False),
        audience=Audience(given["audience"]),
    )
    named = queries.people_among(
        uuids=[UUID(value) for value in given.get("people", ())],
        tags=given.get("tags", ()),
        groups=[int(value) for value in given.get("groups", ())],
    )
    people = list(named) if paper.audience == Audience.NAMED else []
    to = form.units_chosen()
    if item:
        return operations.show_item(actor=actor, new=paper, item_uuid=item.uuid, to=to, people=people)
    kept = [storage.store(unit_in_force(), file) for file in given["file"]]
    return operations.publish(
        actor=actor, new=paper, to=to, people=people, parent=source.uuid if source else None, files=kept
    )


def _person(user: Any) -> TableRow:
    """Return a row; `user` carries the number of adopted items."""
    return TableRow(
        [
            Cell(user.name, look="t"),
            Cell(user.get_member_kind_display()),
            Cell(user.duty),
            Cell(user.expertise),
            Cell("、".join(group.name for group in user.circles.all())),
            Cell(tags=[Tag(tag) for tag in user.tags]),
            Cell(said("采用", user.adopted, "篇"), look="num"),
        ],
        value=str(user.uuid),
        name=user.name,
    )


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
