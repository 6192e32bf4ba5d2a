"""Units that change (区划调整), on the operators' console: renamed, or ended with others in their place.

Ending shows first what is open around the unit, in numbers and rows of the public schema: who sent, when, how it
stands. Neither titles nor texts are there, because operators read nothing of what units write.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tenants.accounts.change_forms import ChangeForm, ConfirmForm, RenameForm, given_in
from tenants.accounts.models import User, actor_of
from tenants.accounts.views.common import needs
from tenants.accounts.views.console import found_unit
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.exchange.models import Dispatch
from zhitong.exchange.operations import Succession, succeed
from zhitong.exchange.queries import Affected, affected_by
from zhitong.units.models import Unit
from zhitong.units.operations import refuse_closed, rename_unit
from zhitong.web import parts
from zhitong.web.parts import Fact

MANAGE = "units.manage"
_SHOWN = 200  # rows of dispatches that can be decided one by one; the others follow the rules


@needs(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def unit_rename(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Give a unit another name or division code from a day on."""
    unit = found_unit(uuid)
    refuse_closed(unit)
    now = {name: getattr(unit, name) for name in ("name", "short_name", "division_code")}
    form = RenameForm(request.POST or None, initial={**now, "effective_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            rename_unit(actor=actor_of(request.user), unit=unit, basis=given.pop("reason"), **given)
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"已更名为{given['short_name']}，以前的记录仍用原来的名称。")
            return redirect("operators:unit", uuid)
    return render(request, "accounts/console_unit_rename.html", {"target": unit, "form": form}, status=form.status)


@needs(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def unit_change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask how a unit ends and who follows; show what that means; do it once the unit's name is typed."""
    unit = found_unit(uuid)
    refuse_closed(unit)
    form = ChangeForm(request.POST or None, initial={"effective_on": clock.today()})
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/console_unit_change.html", {"target": unit, "form": form}, status=form.status)
    if "typed_name" not in request.POST:
        return _preview(request, unit, form, ConfirmForm())
    confirm = ConfirmForm(request.POST)
    if confirm.is_valid():
        affected = affected_by(unit)
        try:
            done = succeed(
                actor=actor_of(request.user),
                unit=unit,
                typed_name=confirm.cleaned_data["typed_name"],
                heirs=_chosen(request.POST, "heir", {one.uuid: one.pk for one in affected.senders}, form),
                rows=_chosen(request.POST, "row", {one.uuid: one.uuid for one in affected.incoming}, form),
                **given_in(form),
            )
        except (InvalidInput, WrongState) as refusal:
            if set(refusal.fields) & set(form.fields):
                form.refuse(refusal)
                context = {"target": unit, "form": form}
                return render(request, "accounts/console_unit_change.html", context, status=form.status)
            confirm.refuse(refusal)
        else:
            messages.success(request, _done(unit, done))
            return redirect("operators:unit", uuid)
    return _preview(request, unit, form, confirm)


def _preview(request: HttpRequest, unit: Any, form: ChangeForm, confirm: ConfirmForm) -> HttpResponse:
    affected = affected_by(unit)
    successors: Sequence[Unit] = form.cleaned_data["successors"]
    with unit:
        people = User.objects.filter(is_active=True).count()
    heirs = _offered(
        request.POST, "heir", [(one.uuid, one.short_name, _how(one, unit, affected)) for one in affected.senders]
    )
    rows = _offered(
        request.POST,
        "row",
        [
            (one.uuid, one.sender.short_name, f"{clock.local_date(one.sent_at):%Y-%m-%d} 报来，{_stands(one)}")
            for one in affected.incoming[:_SHOWN]
        ],
    )
    context = {
        "target": unit,
        "form": form,
        "confirm_form": confirm,
        "successors": successors,
        "kind_words": dict(form.fields["kind"].choices)[form.cleaned_data["kind"]],  # type: ignore[attr-defined]
        "facts": _facts(unit, affected, people, form),
        "heirs": heirs,
        "rows": rows,
        "chooses": len(successors) > 1,
        "more": max(0, len(affected.incoming) - _SHOWN),
        "nothing": parts.empty("没有要转交的", "没有单位挂在它下面，也没有报来而未办结的。", icon="circle-check"),
    }
    return render(request, "accounts/console_unit_preview.html", context, status=confirm.status)


def _facts(unit: Unit, affected: Affected, people: int, form: ChangeForm) -> list[Fact]:
    successors = "、".join(one.short_name for one in form.cleaned_data["successors"])
    return [
        Fact("从哪一天起", f"{form.cleaned_data['effective_on']:%Y-%m-%d}"),
        Fact("接办单位", successors or "没有"),
        Fact("报来未办结", f"{len(affected.incoming)} 件，转交接办单位，重新计签收时限"),
        Fact("报出未办结", f"{affected.outgoing} 件，由接收单位照常办理，结果仍告知{unit.short_name}的反映人"),
        Fact("本单位未定", f"{affected.undecided} 篇，留在档案里，不能再审核"),
        Fact("未到期约稿", f"{len(affected.calls)} 件，同时发给接办单位"),
        Fact("交办未答复", _handled(affected)),
        Fact("下级单位", f"{len(affected.children)} 个，改挂接办单位"),
        Fact("参加单位", f"{len(affected.participants)} 个，改为参加接办单位"),
        Fact("报来的渠道", f"{len(affected.routes_in)} 条，改通接办单位"),
        Fact("报出的渠道", f"{len(affected.routes_out)} 条，终止"),
        Fact("人员", f"{people} 人，仍可登录查阅，不能办理；账号不转移，请在接办单位另建"),
        Fact("得分和排名", f"变动以前的仍记在{unit.short_name}名下"),
    ]


def _offered(post: QueryDict, prefix: str, lines: Sequence[tuple[UUID, str, str]]) -> list[dict[str, str]]:
    """Return lines with the name of their choice and what was chosen before."""
    return [
        {"field": f"{prefix}:{uuid}", "name": name, "note": note, "chosen": post.get(f"{prefix}:{uuid}", "")}
        for uuid, name, note in lines
    ]


def _chosen(post: QueryDict, prefix: str, keys: Mapping[UUID, Any], form: ChangeForm) -> dict[Any, Unit]:
    """Return the successor that was chosen for each line; lines without a choice are left to the rules."""
    by_uuid = {str(one.uuid): one for one in form.cleaned_data["successors"]}
    return {key: by_uuid[heir] for uuid, key in keys.items() if (heir := post.get(f"{prefix}:{uuid}", "")) in by_uuid}


def _how(one: Unit, unit: Unit, affected: Affected) -> str:
    """Return in what ways a unit reports to the one that ends."""
    ways = []
    if one.parent_id == unit.pk:
        ways.append("下级单位")
    if one.participates_in_id == unit.pk:
        ways.append("参加单位")
    if any(route.sender_id == one.pk for route in affected.routes_in):
        ways.append("另有渠道")
    waiting = sum(dispatch.sender_id == one.pk for dispatch in affected.incoming)
    return "，".join([*(ways or ["原有往来"]), f"未办结 {waiting} 件"])


def _handled(affected: Affected) -> str:
    askers = "、".join(dict.fromkeys(one.handling.asker.short_name for one in affected.assignments))
    if not askers:
        return "没有"
    return f"{len(affected.assignments)} 件，要先由{askers}收回或改派，否则不能办理"


def _stands(dispatch: Dispatch) -> str:
    return str(dispatch.get_state_display())


def _done(unit: Unit, done: Succession) -> str:
    ended = f"，{len(done.ended)} 件因报送单位就是接办单位而了结" if done.ended else ""
    return f"{unit.short_name}已{done.change.get_kind_display()}，{len(done.moved)} 件转交接办单位{ended}。"
