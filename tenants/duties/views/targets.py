"""Targets: what units above ask of this one, what it asks of those below, of its circles and of its people."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenants.accounts.models import Group, MemberKind, User
from tenants.duties import operations, words
from tenants.duties.forms import TargetForm
from tenants.duties.models import OwnTarget
from tenants.duties.operations.targets import GROUP_MEASURES, PERSON_MEASURES
from tenants.duties.queries import targets as own_queries
from tenants.duties.queries.chosen import TABS, Chosen, chosen
from tenants.duties.views import common
from tenants.items.views.common import reader
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.ranking import targets as unit_targets
from zhitong.ranking.models import Measure, Owed, Target
from zhitong.ranking.operations import set_targets
from zhitong.ranking.targets import Progress
from zhitong.units.current import unit_in_force
from zhitong.units.queries import units_below
from zhitong.web import parts
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Action, Cell, SavedFilter, State, TableColumn, TableRow

_HISTORY = [TableColumn(label) for label in ("下达时间", "下达", "对象", "目标任务", "依据", "现在")]
_UNIT_MEASURES = (Measure.SENT, Measure.ADOPTED, Measure.HIGHER, Measure.POINTS)
_TABS = {**TABS, "history": "历次下达"}
_SETTING = {"below": "units", "groups": "groups", "people": "people"}  # tab -> what is set there


@dataclass(frozen=True, slots=True)
class Line:
    """A target as the page shows it: whose, what, how far, the bar with the mark of what should be done by now."""

    name: str
    url: str
    what: str
    basis: str
    number: str
    done: str
    done_url: str
    progress: Progress
    state: State


@login_required
@require_safe
def targets(request: HttpRequest) -> HttpResponse:
    """Show one sort of targets of a period, who is behind first."""
    user = reader(request)
    user.actor.require("duties.read")
    if request.GET.get("tab") == "history":
        return _history(request, user)
    found = chosen(request.GET)
    lines = [_line(found, row) for row in found.rows]
    context = {
        "filters": common.sections(request, user, "targets"),
        "tabs": _tabs(found.tab, found.counts),
        "tab": found.tab,
        "periods": found.periods,
        "when": found.when,
        "lines": lines,
        "summary": words.by_standing(Counter(line.state.word.partition(" ")[0].partition("，")[0] for line in lines)),
        "set_url": _set_url(user, found.tab),
        "empty_box": _empty(user, found.tab),
    }
    return render(request, "duties/targets.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def set_(request: HttpRequest, whom: str) -> HttpResponse:
    """Show the form by which targets are set for units below, circles or people; a post sets them."""
    user = reader(request)
    setting = _SETTINGS.get(whom)
    if setting is None:
        raise NotFound
    user.actor.require(setting.right)
    subjects = setting.subjects()
    form = TargetForm(
        request.POST or None,
        subjects=subjects,
        measures=setting.measures,
        own=whom != "units",
        initial={"period": f"{clock.today().year}", "measure": str(setting.measures[0])},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = setting.write(
                actor=user.actor,
                numbers={setting.key(key): number for key, number in form.numbers.items()},
                measure=Measure(form.cleaned_data["measure"]),
                period=form.periods[form.cleaned_data["period"]],
                basis=form.cleaned_data["basis"],
            )
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"已下达 {len(made)} 个目标任务。" if made else "已保存，任务数没有增加。")
            return redirect(f"{reverse('duties:targets')}?tab={setting.tab}")
    context = {
        "filters": common.sections(request, user, "targets"),
        "form": form,
        "heading": setting.heading,
        "subject_label": setting.label,
        "subjects": [(key, name, form.data.get(f"n_{key}", "")) for key, name in subjects],
        "actions": [Action("下达目标任务", icon="send", primary=True, key="Ctrl Enter")],
        "next_step": "时间过半、过四分之三和到期时，落后的会收到提醒。\n任务数填 0，就是收回。",
        "back": f"{reverse('duties:targets')}?tab={setting.tab}",
        "phone_title": setting.heading,
        "empty_box": parts.empty(*setting.nobody, icon="target"),
    }
    return render(request, "duties/targets_set.html", context, status=form.status)


def _line(found: Chosen, row: Any) -> Line:
    progress = found.progress[row.uuid]
    listed = ""
    if found.tab == "ours" and row.measure != Measure.POINTS:
        listed = f"{reverse('ranking:list', args=[row.unit.uuid])}?what={row.measure}&{row.period.query}"
    return Line(
        name=found.name_of(row),
        url=reverse("duties:member", args=[row.user.uuid]) if found.tab == "people" else "",
        what=words.measure_word(row.measure, own=found.is_own),
        basis=row.basis,
        number=words.amount(row.number, row.measure),
        done=words.amount(progress.done, row.measure),
        done_url=listed,
        progress=progress,
        state=words.standing(progress, row.measure),
    )


def _tabs(current: str, counts: Mapping[str, int]) -> list[SavedFilter]:
    base = reverse("duties:targets")
    return [
        SavedFilter(label, f"{base}?tab={name}", counts.get(name), current=name == current)
        for name, label in _TABS.items()
    ]


def _set_url(user: User, tab: str) -> str:
    whom = _SETTING.get(tab)
    if whom is None or not user.has_zt_perm(_SETTINGS[whom].right):
        return ""
    return reverse("duties:targets_set", args=[whom])


def _empty(user: User, tab: str) -> parts.SayBox:
    url = _set_url(user, tab)
    act = [Action("下达目标任务", url=url, icon="target", primary=True)] if url else []
    said = {
        "ours": ("上级还没有下达目标任务", "上级单位下达后会通知到经办人员，完成多少随时看得到。"),
        "below": ("还没有给下级单位下达目标任务", "下达以后，谁落后、差多少，随时看得到，到了时间自动提醒。"),
        "groups": ("界别和专委会还没有目标任务", "下达以后，按反映人所在的界别或组织计数。"),
        "people": ("还没有给个人定目标任务", "定了以后，本人在自己的履职档案里看得到。"),
    }[tab]
    return parts.empty(*said, *act, icon="target")


def _history(request: HttpRequest, user: User) -> HttpResponse:
    unit = unit_in_force()
    of_units = request.GET.get("of") != "own"
    queryset: Any = unit_targets.history(unit) if of_units else own_queries.history()
    page = page_of(queryset, ("-set_at", "-pk"), request.GET)
    base = f"{reverse('duties:targets')}?tab=history"
    context = {
        "filters": common.sections(request, user, "targets"),
        "tabs": _tabs("history", {}),
        "tab": "history",
        "sorts": [
            SavedFilter("单位之间", base, current=of_units),
            SavedFilter("本单位内部", f"{base}&of=own", current=not of_units),
        ],
        "columns": _HISTORY,
        "rows": [_past(row) for row in page.items],
        "page": page,
        "page_size": SIZE,
        "page_unit": "个",
        "caption": "历次下达的目标任务",
        "empty_box": parts.empty("还没有下达过目标任务", "每次下达、调整和收回都记在这里，不会删去。", icon="history"),
    }
    return render(request, "duties/targets.html", context)


def _past(row: Target | OwnTarget) -> TableRow:
    if isinstance(row, Target):
        # Who it was at the unit above is that unit's own business.
        setter = row.set_by if row.setter_id == unit_in_force().pk else row.setter.short_name
        subject, own = row.unit.short_name, False
    else:
        setter, subject, own = row.set_by, row.group_name or (row.user.name if row.user else ""), True
    moment = clock.local_date(row.set_at)
    ended = State(f"{clock.local_date(row.ended_at):%m-%d} 调整或收回", "off") if row.ended_at else None
    over = State("已经到期", "off") if row.last_day < clock.today() else State("在执行", "now")
    return TableRow(
        [
            Cell(f"{moment:%Y-%m-%d}"),
            Cell(setter),
            Cell(subject, look="t"),
            Cell(words.owed(row, own=own)),
            Cell(row.basis),
            Cell(state=ended or over),
        ],
        name=subject,
    )


@dataclass(frozen=True, slots=True)
class _Setting:
    right: str
    tab: str
    heading: str
    label: str
    measures: Sequence[Measure]
    subjects: Callable[[], Sequence[tuple[str, str]]]
    key: Callable[[str], Any]
    write: Callable[..., Sequence[Owed]]
    nobody: tuple[str, str]


def _units() -> Sequence[tuple[str, str]]:
    below = units_below(unit_in_force()).order_by("-kind", "level", "division_code", "short_name")
    return [(str(unit.uuid), unit.short_name) for unit in below]


def _groups() -> Sequence[tuple[str, str]]:
    names: Iterable[str] = Group.objects.order_by("kind", "name").values_list("name", flat=True)
    return [(name, name) for name in dict.fromkeys(names)]


def _people() -> Sequence[tuple[str, str]]:
    people = User.objects.filter(is_active=True).exclude(member_kind=MemberKind.STAFF).order_by("name", "pk")
    return [(str(user.uuid), user.name) for user in people]


_SETTINGS = {
    "units": _Setting(
        "ranking.targets", "below", "给下级单位下达目标任务", "单位", _UNIT_MEASURES, _units, UUID, set_targets,
        ("没有下级单位", "目标任务下达给下级单位和参加本单位的单位。"),
    ),
    "groups": _Setting(
        "duties.manage", "groups", "给界别与组织下达目标任务", "界别与组织", GROUP_MEASURES, _groups, str,
        operations.set_group_targets, ("还没有界别和组织", "界别、专委会、支部由单位管理员在“人员”里建立。"),
    ),
    "people": _Setting(
        "duties.manage", "people", "给个人定目标任务", "姓名", PERSON_MEASURES, _people, UUID,
        operations.set_person_targets, ("还没有人员", "委员和信息员由单位管理员在“人员”里建立账号。"),
    ),
}  # fmt: skip
