"""Lists of honours: all of them, a new one by a rule, one that people change, decide and publish."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenants.accounts.models import User
from tenants.duties import operations, prints
from tenants.duties.awards import MEASURES, Rule
from tenants.duties.forms import AwardForm
from tenants.duties.models import AwardEntry, AwardKind, AwardList
from tenants.duties.queries import awards as queries
from tenants.duties.views import common
from tenants.items.views.common import posted_version, reader
from zhitong.core.errors import InvalidInput, NotFound, Refusal
from zhitong.documents.downloads import hand_out
from zhitong.documents.kinds import KINDS
from zhitong.exchange.models import Audience, PaperKind
from zhitong.exchange.operations import NewPaper
from zhitong.ranking.periods import Period
from zhitong.units.current import unit_in_force
from zhitong.units.queries import units_below
from zhitong.web import parts
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Action, Cell, State, TableColumn, TableRow, Tag

_COLUMNS = [TableColumn(label) for label in ("名称", "评什么", "时段", "人选", "状态")]
_COUNTED = ("adopted", "higher", "instructions")  # figures that stand beside a line, with the points


@login_required
@require_safe
def awards(request: HttpRequest) -> HttpResponse:
    """List the unit's lists of honours, the latest first."""
    user = reader(request)
    user.actor.require("duties.read")
    page = page_of(queries.lists(), queries.ORDER, request.GET)
    context = {
        "filters": common.sections(request, user, "awards"),
        "columns": _COLUMNS,
        "rows": [_row(one) for one in page.items],
        "page": page,
        "page_size": SIZE,
        "page_unit": "份",
        "caption": "评优名单",
        "may_propose": user.has_zt_perm("duties.manage"),
        "empty_box": parts.empty(
            "还没有评优名单", "按得分或采用拟出名单，再由人增减、审定，记入履职档案。", icon="trophy"
        ),
    }
    return render(request, "duties/awards.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form of a list; a post makes it, with whom the rule proposes."""
    user = reader(request)
    user.actor.require("duties.manage")
    form = AwardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        rule = Rule(given["by"], given["first"], given["measure"], given["at_least"] or 0)
        try:
            made = operations.propose_awards(
                actor=user.actor,
                kind=AwardKind(given["kind"]),
                title=given["title"],
                period=form.periods[given["period"]],
                rule=rule,
            )
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "已按规则拟出名单，请核对增减。")
            return redirect("duties:award", list_uuid=made.uuid)
    context = {
        "filters": common.sections(request, user, "awards"),
        "form": form,
        "actions": [Action("拟出名单", icon="trophy", primary=True, key="Ctrl Enter")],
        "next_step": "先按规则拟出，再由人增减并写明理由，审定后不再改变。",
        "back": reverse("duties:awards"),
        "phone_title": "新的评优名单",
    }
    return render(request, "duties/award_new.html", context, status=form.status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def award(request: HttpRequest, list_uuid: UUID) -> HttpResponse:
    """Show a list; a post names what to do in `do`."""
    user = reader(request)
    user.actor.require("duties.read")
    found = queries.get_list(list_uuid)
    refused: Refusal | None = None
    kept = {name: request.POST.get(name, "") for name in ("who", "reason", "subject")}
    if request.method == "POST":
        try:
            said = _act(request, user, found)
        except Refusal as refusal:
            refused = refusal
        else:
            messages.success(request, said)
            return redirect("duties:awards") if request.POST.get("do") == "discard" else redirect(request.path)
    shows = found.kind != AwardKind.ITEM or user.has_zt_perm("items.read_all")
    entries = list(found.entries.order_by("place", "pk"))
    is_draft = found.state == AwardList.State.DRAFT
    context = {
        "filters": common.sections(request, user, "awards"),
        "found": found,
        "list_key": str(found.uuid),
        "period": Period(found.first_day, found.last_day),
        "rule": Rule(**found.rule),
        "entries": [
            {
                "entry": entry,
                "name": entry.name if shows else entry.figures.get("label", ""),
                "figures": _figures(entry),
                "reason": kept["reason"] if kept["subject"] == str(entry.subject_uuid) and refused else "",
            }
            for entry in entries
            if entry.struck_at is None
        ],
        "struck": [(entry, entry.name if shows else entry.figures.get("label", "")) for entry in entries
                   if entry.struck_at is not None],
        "may_change": is_draft and user.has_zt_perm("duties.manage"),
        "may_decide": is_draft and user.has_zt_perm("duties.award"),
        "may_publish": not is_draft and found.paper_uuid is None and user.has_zt_perm("exchange.publish"),
        "has_below": units_below(unit_in_force()).exists(),
        "who_label": {"item": "编号", "unit": "单位简称", "person": "姓名"}[found.kind],
        "kept": kept if refused and not kept["subject"] else {},
        "refused": refused,
        "files": [(kind, reverse("duties:award_print", args=[found.uuid, kind])) for kind in prints.AWARD_FILES],
        "back": reverse("duties:awards"),
        "phone_title": "评优名单",
    }  # fmt: skip
    return render(request, "duties/award.html", context, status=refused.status if refused else 200)


@login_required
@require_safe
def award_print(request: HttpRequest, list_uuid: UUID, extension: str) -> FileResponse:
    """Hand out a list as a file."""
    user = reader(request)
    user.actor.require("duties.read")
    found = queries.get_list(list_uuid)
    make = prints.AWARD_FILES.get(extension)
    if make is None:
        raise NotFound
    shows = found.kind != AwardKind.ITEM or user.has_zt_perm("items.read_all")
    sheet = prints.sheet_of_awards(found, unit=unit_in_force(), reader=user.name, with_titles=shows)
    return hand_out(
        actor=user.actor,
        content=make(sheet),
        name=f"{found.title}.{extension}",
        media_type=KINDS[extension].media_type,
        made_of=found.uuid,
        object_kind="award_list",
        object_id=found.uuid,
    )


def _act(request: HttpRequest, user: User, found: AwardList) -> str:
    """Do what the post asks for and return what to say."""
    do, actor, uuid = request.POST.get("do", ""), user.actor, found.uuid
    reason, version = request.POST.get("reason", ""), posted_version(request)
    if do == "decide":
        operations.decide_awards(actor=actor, list_uuid=uuid, version=version)
        return "已审定，记入履职档案。"
    if do == "discard":
        operations.discard_awards(actor=actor, list_uuid=uuid, version=version)
        return "名单已删除。"
    if do == "publish":
        _publish(request, user, found)
        return "已作为通报发出。"
    if do == "add":
        who = request.POST.get("who", "")
        operations.add_award(actor=actor, list_uuid=uuid, version=version, who=who, reason=reason)
        return "已加上。"
    subject = _uuid(request.POST.get("subject", ""))
    if do == "strike":
        operations.strike_award(actor=actor, list_uuid=uuid, version=version, subject_uuid=subject, reason=reason)
        return "已划去，理由记在名单上。"
    if do == "restore":
        operations.restore_award(actor=actor, list_uuid=uuid, version=version, subject_uuid=subject)
        return "已恢复。"
    if do in {"up", "down"}:
        operations.move_award(actor=actor, list_uuid=uuid, version=version, subject_uuid=subject, up=do == "up")
        return "顺序已调整。"
    raise InvalidInput("没有这样的操作，请从页面上的按钮选。")


def _publish(request: HttpRequest, user: User, found: AwardList) -> None:
    to_units = "units" in request.POST
    below = [unit.uuid for unit in units_below(unit_in_force())] if to_units else []
    new = NewPaper(
        uuid=uuid4(),
        kind=PaperKind.CIRCULAR,
        title=f"关于公布“{found.title}”的通报",
        body=queries.circular_words(found),
        audience=Audience.ALL,
        open_to_members=to_units,
    )
    operations.publish_awards(actor=user.actor, list_uuid=found.uuid, new=new, to=below)


def _figures(entry: AwardEntry) -> str:
    said = [f"{MEASURES[name]} {entry.figures[name]} 篇" for name in _COUNTED if entry.figures.get(name)]
    return "，".join([f"得分 {entry.figures.get('points', '0')}", *said])


def _row(found: Any) -> TableRow:
    url = reverse("duties:award", args=[found.uuid])
    is_draft = found.state == AwardList.State.DRAFT
    return TableRow(
        [
            Cell(found.title, url=url, look="t"),
            Cell(tags=[Tag(found.get_kind_display())]),
            Cell(Period(found.first_day, found.last_day).words),
            Cell(f"{found.honoured} {'篇' if found.kind == AwardKind.ITEM else '个'}"),
            Cell(
                state=State(found.get_state_display(), "soon" if is_draft else "ok"),
                note="已通报" if found.paper_uuid else "",
            ),
        ],
        name=found.title,
        url=url,
    )


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise NotFound from error
