"""The unit's flows in the order they are tried, and how a new one begins: a preset, nothing, a file."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from tenants.accounts.models import Position, actor_of
from tenants.accounts.views.common import needs
from tenants.items.views.common import reader
from tenants.review import operations, presets, queries
from tenants.review.definition import Definition, conditions_words
from tenants.review.flow_forms import FlowFileForm, NewFlowForm
from tenants.review.queries import FlowRow, Tab
from zhitong.core.errors import InvalidInput, StaleVersion
from zhitong.web import navigation
from zhitong.web.parts import Action, State

CONFIGURE = "review.configure"


@dataclass(frozen=True, slots=True)
class FlowLine:
    """A flow of the list in words, with what can be done with it.

    `running_url` leads to the list of what is under way on it; empty for whoever may not see all reviews.
    """

    code: str
    name: str
    url: str
    order: int
    takes: str
    is_default: bool
    state: State
    version: str
    running: int
    running_url: str
    draft: str
    chain: str
    can_move_up: bool
    can_move_down: bool
    can_stop: bool
    can_be_default: bool


@needs(CONFIGURE)
@require_http_methods(["GET", "HEAD", "POST"])
def flows(request: HttpRequest) -> HttpResponse:
    """List the flows; a post begins a new one, or moves, stops or prefers one."""
    navigation.mark(request, "flows")
    if request.method != "POST":
        return _page(request)
    match request.POST.get("do", ""):
        case "preset":
            return _preset(request)
        case "blank":
            return _blank(request)
        case "file":
            return _file(request)
        case "default" | "stop" | "up" | "down" as verb:
            return _use(request, verb)
        case _:
            raise InvalidInput("没有这种操作，请回到流程页面再试。")


def _page(request: HttpRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    rows = queries.flows()
    context = {
        "lines": [_line(row, place, rows, lists=queries.sees_all(reader(request))) for place, row in enumerate(rows)],
        "presets": [presets.load(code) for code in presets.codes()],
        "blank_form": forms.get("blank_form") or NewFlowForm(posts=_posts()),
        "file_form": forms.get("file_form") or FlowFileForm(flows=_names(rows)),
        "primary": _primary(rows),
    }
    return render(request, "review/flows/list.html", context, status=status)


def _line(row: FlowRow, place: int, rows: list[FlowRow], *, lists: bool) -> FlowLine:
    used, draft, flow = row.in_use, row.draft, row.flow
    definition = row.definition
    if flow.is_default:
        takes = "其他流程不收的都走它"
    else:
        takes = conditions_words(definition.when) or "没有写条件，不会有信息走它"
    last = len(rows) - (2 if rows[-1].flow.is_default else 1)
    return FlowLine(
        code=flow.code,
        name=flow.name,
        url=reverse("review:flow", args=[flow.code]),
        order=place + 1,
        takes=takes,
        is_default=flow.is_default,
        state=State("在用", "ok")
        if used
        else (State("停用", "off", "archive") if not draft else State("没有启用", "off")),
        version=f"第 {used.version.number} 版" if used else "",
        running=row.running,
        running_url=f"{reverse('review:list')}?{urlencode({'tab': Tab.ALL, 'flow': flow.code})}" if lists else "",
        draft=f"第 {draft.version.number} 版" if draft else "",
        chain=_chain(definition),
        can_move_up=not flow.is_default and place > 0,
        can_move_down=not flow.is_default and place < last,
        can_stop=used is not None and not flow.is_default,
        can_be_default=used is not None and not flow.is_default,
    )


def _chain(definition: Definition) -> str:
    """Return the way of an item that meets no condition, and the steps that only others come to."""
    usual = dict(definition.path({}))
    straight = " → ".join(step.name for step in usual.values())
    others = "、".join(step.name for place, step in enumerate(definition.steps) if place not in usual)
    return "；".join(part for part in (straight, others and f"看条件另有：{others}") if part)


def _primary(rows: list[FlowRow]) -> Action | None:
    """Return the red button: go on with a draft, else change the flow that most items take."""
    drafted = next((row for row in rows if row.draft), None)
    if drafted and drafted.draft:
        words = f"接着改“{drafted.flow.name}”第 {drafted.draft.version.number} 版"
        return Action(words, url=reverse("review:flow", args=[drafted.flow.code]), icon="pencil", primary=True)
    default = next((row for row in rows if row.flow.is_default), None)
    if default is None:
        return None
    return Action(
        f"看“{default.flow.name}”", url=reverse("review:flow", args=[default.flow.code]), icon="route", primary=True
    )


def _preset(request: HttpRequest) -> HttpResponse:
    made = operations.draft_preset(actor=actor_of(request.user), preset_code=request.POST.get("preset", ""))
    messages.success(request, f"“{made.flow.name}”已建成草稿。缺的岗位也建好了，请在“人员”里安排人，再发布。")
    return redirect(reverse("review:flow", args=[made.flow.code]))


def _blank(request: HttpRequest) -> HttpResponse:
    form = NewFlowForm(request.POST, posts=_posts())
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = operations.draft_blank(
                actor=actor_of(request.user),
                name=given["name"],
                first_step=given["first_step"],
                post=given["post"],
            )
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            return redirect(reverse("review:flow", args=[made.flow.code]))
    return _page(request, status=422, blank_form=form)


def _file(request: HttpRequest) -> HttpResponse:
    form = FlowFileForm(request.POST, request.FILES, flows=_names(queries.flows()))
    if form.is_valid():
        try:
            made = operations.import_flow(
                actor=actor_of(request.user),
                content=form.cleaned_data["file"].read(),
                flow_code=form.cleaned_data["into"],
            )
        except InvalidInput as refusal:
            for message in refusal.fields.get("definition", [refusal.message]):
                form.add_error("file", message)
        except StaleVersion as refusal:
            form.add_error("into", refusal.message)
        else:
            messages.success(request, f"文件已存为“{made.flow.name}”第 {made.number} 版草稿，看过再发布。")
            return redirect(reverse("review:flow", args=[made.flow.code]))
    return _page(request, status=422, file_form=form)


def _use(request: HttpRequest, verb: str) -> HttpResponse:
    actor, code = actor_of(request.user), request.POST.get("flow", "")
    name = queries.get_flow(code).flow.name
    if verb == "default":
        operations.make_default(actor=actor, flow_code=code)
        messages.success(request, f"“{name}”现在是默认流程。")
    elif verb == "stop":
        operations.stop_flow(actor=actor, flow_code=code)
        messages.success(request, f"“{name}”已停用，在办的信息走完为止。")
    else:
        operations.move_flow(actor=actor, flow_code=code, earlier=verb == "up")
    return redirect(reverse("review:flows"))


def _posts() -> list[tuple[str, str]]:
    return list(Position.objects.values_list("code", "name"))


def _names(rows: list[FlowRow]) -> list[tuple[str, str]]:
    return [(row.flow.code, f"“{row.flow.name}”的下一版") for row in rows]
