"""One flow: its draft in the editor, or a version that is only read. Every post saves the draft and comes back here."""

from collections.abc import Callable
from typing import Any, NoReturn

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenants.accounts.models import actor_of
from tenants.accounts.views.common import needs
from tenants.items.views.common import posted_version
from tenants.review import operations, queries
from tenants.review.definition import END, Faults, compare, faults_of, parse, refusal
from tenants.review.definition.editing import (
    Raw,
    add_branch,
    add_step,
    delete_step,
    move_step,
    new_key,
    place_of,
    put_flow,
    put_step,
    steps_of,
)
from tenants.review.queries import FlowRow
from tenants.review.step_form import WhoRow, conditions_of, one_line, raw_of, raw_who, read_conditions, read_step
from tenants.review.views.flows.presenting import editor_context
from tenants.review.views.flows.state import Editor, Typed
from zhitong.core.errors import InvalidInput, StaleVersion, WrongState
from zhitong.web import navigation

CONFIGURE = "review.configure"
Changes = dict[str, str | None]  # of the query of the page one comes back to
Act = Callable[[HttpRequest, FlowRow], HttpResponse]


@needs(CONFIGURE)
@require_http_methods(["GET", "HEAD", "POST"])
def flow(request: HttpRequest, flow_code: str) -> HttpResponse:
    """Show a flow; a post names what to do in `do` and leads back to the page as it stands then.

    Raises:
        NotFound: no such flow or version.
    """
    navigation.mark(request, "flows")
    row = queries.get_flow(flow_code)
    if request.method != "POST":
        return _page(request, Editor(request, row))
    act = _ACTS.get(request.POST.get("do", ""))
    if act is None:
        raise InvalidInput("没有这种操作，请回到流程页面再试。")
    try:
        return act(request, row)
    except (InvalidInput, StaleVersion) as refusal:
        return _again(request, flow_code, Typed(refusal, posted=request.POST))
    except _Refused as refused:
        return _again(request, flow_code, refused.typed)


class _Refused(Exception):  # noqa: N818 - carries what was typed to the page that shows it again
    def __init__(self, typed: Typed) -> None:
        super().__init__()
        self.typed = typed


def _page(request: HttpRequest, editor: Editor, status: int = 200) -> HttpResponse:
    part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    template = "review/flows/part.html" if part else "review/flows/editor.html"
    response = render(request, template, editor_context(editor), status=status)
    if part and request.method != "POST":
        response.headers["HX-Push-Url"] = request.get_full_path()
    return response


def _again(request: HttpRequest, flow_code: str, typed: Typed) -> HttpResponse:
    """Show the page anew with what was typed, beside the draft as it stands now."""
    row = queries.get_flow(flow_code)
    editor = Editor(request, row, typed)
    if typed.step is not None and editor.place is not None and isinstance(typed.refusal, StaleVersion):
        mine = put_step(editor.raw, typed.step.key, raw_of(typed.step, _behind(editor.raw, typed.step.key)))
        if not faults_of(mine):
            typed.theirs = compare(editor.definition, parse(mine), editor.names)
    return _page(request, editor, typed.refusal.status)


def _back(request: HttpRequest, row: FlowRow, changes: Changes, *, stay: bool = False) -> HttpResponse:
    """Lead back to the page; a script that asked for a part gets it at once."""
    if stay and request.htmx:  # type: ignore[attr-defined]
        return _page(request, Editor(request, queries.get_flow(row.flow.code)))
    editor = Editor(request, queries.get_flow(row.flow.code))
    return redirect(editor.url(**changes))


# --- changes of the draft ---------------------------------------------------------------------------------------------


def _draft(row: FlowRow) -> Raw:
    """Return the draft's definition.

    Raises:
        StaleVersion: it was published or thrown away meanwhile.
    """
    if row.draft is None:
        raise StaleVersion(
            "这个流程现在没有草稿：刚被发布，或者不要了。您这一次没有存。", rule="一个流程同时只有一份草稿"
        )
    definition: Raw = row.draft.version.definition
    return definition


def _save(request: HttpRequest, row: FlowRow, definition: Raw, *, name: str = "") -> None:
    """Keep a change; nothing is written when nothing changed."""
    assert row.draft
    draft = row.draft.version
    wanted = name or row.flow.name
    if definition == draft.definition and wanted == row.flow.name:
        return
    operations.save_draft_version(
        actor=actor_of(request.user),
        flow_code=row.flow.code,
        name=wanted,
        definition=definition,
        version=draft.number,
        revision=posted_version(request, "revision"),
    )


def _refuse(faults: Faults, **typed: Any) -> NoReturn:
    raise _Refused(Typed(refusal([fault.message for fault in faults]), **typed))


def _save_step(by: int = 0) -> Act:
    """Return the act that keeps what was typed of the chosen step, and moves the step by so many places."""

    def act(request: HttpRequest, row: FlowRow) -> HttpResponse:
        key = request.GET.get("step", "")
        fields = read_step(key, request.POST)
        try:
            data = _draft(row)
            place = place_of(data, key)
            if place is None:
                raise StaleVersion("这一步刚被另一位管理员删去了，您填的没有存。")
            changed = put_step(data, key, raw_of(fields, _behind(data, key)))
            faults = faults_of(changed, operations.known_posts())
            for fault in faults:
                if not fields.put_fault(fault, place):
                    fields.errors.setdefault("", []).append(fault.message)
            if not faults and by:
                changed = move_step(changed, key, by)
                faults = faults_of(changed, operations.known_posts())
                fields.errors.setdefault("", []).extend(f"不能这样移：{fault.message}" for fault in faults)
            if faults:
                _refuse(faults, step=fields)
            _save(request, row, changed)
        except StaleVersion as refusal:
            raise _Refused(Typed(refusal, step=fields)) from None
        return _back(request, row, {"step": key}, stay=True)

    return act


def _save_flow(request: HttpRequest, row: FlowRow) -> HttpResponse:
    data = put_flow(
        _draft(row), when=conditions_of(read_conditions(request.POST, "when")), ask_once="ask_once" in request.POST
    )
    name = one_line(request.POST.get("name", ""))
    if not name:
        raise InvalidInput("请填写流程名称。", fields={"name": ["请填写流程名称。"]})
    _checked(request, data)
    _save(request, row, data, name=name)
    return _back(request, row, {"panel": "flow"}, stay=True)


def _add_step(request: HttpRequest, row: FlowRow) -> HttpResponse:
    data = _draft(row)
    step = _new_step(request.POST, data, {})
    changed = add_step(data, request.POST.get("after", ""), step)
    _checked(request, changed)
    _save(request, row, changed)
    return _back(request, row, {"step": step["key"]})


def _add_branch(request: HttpRequest, row: FlowRow) -> HttpResponse:
    data, post = _draft(row), request.POST
    when = conditions_of(read_conditions(post, "branch"))
    after = post.get("after", "")
    missing = {
        **({} if when else {"branch": ["请选择哪些信息走这条分支。"]}),
        **({} if place_of(data, after) is not None else {"after": ["请选择从哪一步分出去。"]}),
    }
    step = _new_step(post, data, missing)
    changed = add_branch(data, after, when, step, post.get("then", "") or END)
    _checked(request, changed)
    _save(request, row, changed)
    return _back(request, row, {"step": step["key"]})


def _delete_step(request: HttpRequest, row: FlowRow) -> HttpResponse:
    data, key = _draft(row), request.GET.get("step", "")
    place = place_of(data, key)
    if place is not None:
        changed = delete_step(data, key)
        _checked(request, changed)
        _save(request, row, changed)
        messages.success(request, f"已从草稿里删去“{steps_of(data)[place]['name']}”。")
    return _back(request, row, {})


def _checked(request: HttpRequest, data: Raw) -> None:
    faults = faults_of(data, operations.known_posts())
    if faults:
        _refuse(faults, posted=request.POST)


def _new_step(post: QueryDict, data: Raw, missing: dict[str, list[str]]) -> Raw:
    """Return a new step as its form says; how long and what when nobody is there is left to the panel and the check.

    Raises:
        InvalidInput: something is not filled in; together with what is `missing` already.
    """
    name, who = one_line(post.get("name", "")), raw_who(WhoRow(post.get("who", "")))
    if not name:
        missing = {**missing, "name": ["请填写步骤名称。"]}
    if who is None:
        missing = {**missing, "who": ["请选择由谁办。"]}
    if missing or who is None:
        raise InvalidInput("还有没填的，没有存。", fields=missing)
    asked = {"posts": [who["post"]]} if "post" in who else {"who": [who]}
    return {"key": new_key(data), "name": name, **asked, "limit_days": 2}


def _behind(data: Raw, key: str) -> str:
    steps, place = steps_of(data), place_of(data, key)
    return str(steps[place + 1]["key"]) if place is not None and place + 1 < len(steps) else END


# --- the version as a whole -------------------------------------------------------------------------------------------


def _begin(request: HttpRequest, row: FlowRow) -> HttpResponse:
    number = posted_version(request, "number")
    if row.draft is not None:
        messages.info(request, f"已有第 {row.draft.version.number} 版草稿，先发布它或者不要它，再从别的版本改起。")
        return redirect(reverse("review:flow", args=[row.flow.code]))
    made = operations.draft_version(actor=actor_of(request.user), flow_code=row.flow.code, number=number)
    messages.success(request, f"照第 {number} 版建了第 {made.number} 版草稿，发布之前不影响在办的信息。")
    return redirect(reverse("review:flow", args=[row.flow.code]))


def _publish(request: HttpRequest, row: FlowRow) -> HttpResponse:
    try:
        made = operations.publish_draft(
            actor=actor_of(request.user),
            flow_code=row.flow.code,
            version=posted_version(request, "number"),
            revision=posted_version(request, "revision"),
        )
    except WrongState as refusal:
        raise _Refused(Typed(refusal)) from None
    messages.success(
        request, f"“{row.flow.name}”第 {made.number} 版已发布，从现在起提交的信息走这一版，在办的仍走原来的。"
    )
    return redirect(reverse("review:flow", args=[row.flow.code]))


def _discard(request: HttpRequest, row: FlowRow) -> HttpResponse:
    _draft(row)
    operations.discard_draft(actor=actor_of(request.user), flow_code=row.flow.code)
    messages.success(request, "草稿不要了，在用的版本没有变。" if len(row.versions) > 1 else "草稿不要了。")
    if len(row.versions) > 1:
        return redirect(reverse("review:flow", args=[row.flow.code]))
    return redirect(reverse("review:flows"))


_ACTS: dict[str, Act] = {
    "step": _save_step(),
    "flow": _save_flow,
    "add": _add_step,
    "branch": _add_branch,
    "earlier": _save_step(-1),
    "later": _save_step(1),
    "delete": _delete_step,
    "begin": _begin,
    "publish": _publish,
    "discard": _discard,
}
