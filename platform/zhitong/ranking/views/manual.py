"""Manual entries: a list, a form to propose one, and the buttons to approve, refuse or take one back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotFound, Refusal
from zhitong.core.operations import Actor
from zhitong.people.models import PersonAccount
from zhitong.ranking import operations, queries
from zhitong.ranking.forms import ManualForm
from zhitong.ranking.models import ManualEntry, RuleSet
from zhitong.ranking.operations import NewEntry
from zhitong.ranking.scored import rules_in_force, scope
from zhitong.ranking.scoring import RuleSet as Rules
from zhitong.ranking.views.common import reader, tab_rights
from zhitong.units.models import Lifecycle, Unit
from zhitong.web import navigation
from zhitong.web.keyset import SIZE
from zhitong.web.parts import empty


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def manual(request: HttpRequest) -> HttpResponse:
    """Show and change the manual entries under the unit's own sets; a post names what to do in `do`."""
    actor, own = reader(request)
    if not (actor.can("ranking.enter") or actor.can("ranking.approve")):
        actor.require("ranking.enter")
    navigation.mark(request, "ranking")
    sets = [each for each in queries.rule_sets(own) if each.owner_id == own.pk]
    rules = _chosen(sets, request.POST.get("rules") or request.GET.get("rules", ""))
    form = _form(request, rules)
    refused: Refusal | None = None
    kept = {"entry": "", "words": ""}
    if request.method == "POST":
        do = request.POST.get("do", "")
        try:
            if do == "propose":
                _propose(request, actor, rules, form)
            else:
                kept = {"entry": request.POST.get("entry", ""), "words": request.POST.get("words", "")}
                _decide(request, actor, do)
            return redirect(f"{reverse('ranking:manual')}{f'?rules={rules.pk}' if rules else ''}")
        except Refusal as refusal:
            if do == "propose":
                form.refuse(refusal)
            refused = refusal if do != "propose" else None
    entries = list(queries.manual_entries(own)[: SIZE + 1])
    context = {
        "sets": sets,
        "rules": rules,
        "form": form,
        "entries": [_shown(actor, entry, kept) for entry in entries[:SIZE]],
        "more": len(entries) > SIZE,
        "refused": refused,
        "may_propose": actor.can("ranking.enter"),
        **tab_rights(actor),
        "empty_box": empty("还没有人工记分", "加减分、迟报、缺报、差错在这里提出，另一个人批准后才计分。", icon="edit"),
    }
    status = refused.status if refused else form.status
    return render(request, "ranking/manual.html", context, status=status)


def _chosen(sets: list[RuleSet], key: str) -> RuleSet | None:
    return next((each for each in sets if str(each.pk) == key), sets[0] if sets else None)


def _form(request: HttpRequest, rules: RuleSet | None) -> ManualForm:
    data = request.POST if request.method == "POST" and request.POST.get("do") == "propose" else None
    if rules is None:
        return ManualForm(data, units=[], flags=[])
    within = scope(rules.owner)
    units = [
        unit
        for unit in Unit.objects.filter(lifecycle=Lifecycle.ACTIVE).order_by("level", "division_code", "pk")
        if within is None or str(unit.uuid) in within
    ]
    version = queries.version_on(rules, clock.today())
    return ManualForm(data, units=units, flags=_deductions(rules_in_force(version)) if version else [])


def _deductions(rules: Rules) -> list[tuple[str, str]]:
    """The deductions that a set prices: the flag, and the words of its line."""
    found: dict[str, str] = {}
    for table in rules.tables:
        about = [dict(each.words) for each in table.when]
        for line in table.lines:
            for words in [dict(each.words) for each in line.when] or about:
                kinds = words.get("kind") or next((each["kind"] for each in about if "kind" in each), frozenset())
                if "deduction" in kinds:
                    for flag in sorted(words.get("flag", ())):
                        found.setdefault(flag, line.name)
    return list(found.items())


def _propose(request: HttpRequest, actor: Actor, rules: RuleSet | None, form: ManualForm) -> None:
    if rules is None:
        raise InvalidInput("本单位还没有计分规则，先发布规则，才能人工记分。")
    if not form.is_valid():
        raise InvalidInput("没有提出，请改正后再提交。", fields={})
    given = form.cleaned_data
    unit = Unit.objects.get(uuid=given["unit"])
    deduction = given["kind"] == ManualEntry.Kind.DEDUCTION
    entry = operations.propose_entry(
        actor=actor,
        rule_set=rules,
        new=NewEntry(
            unit=unit,
            occurred_on=given["occurred_on"],
            reason=given["reason"],
            person_uuid=_person(unit, given["person"]) if given["person"] else None,
            points=None if deduction else given["points"],
            flag=given["flag"] if deduction else "",
            quantity=1 if given["quantity"] is None else given["quantity"],
        ),
    )
    messages.success(request, f"已提出：{entry.subject_name}。等另一个有“批准人工记分”权限的人批准。")


def _person(unit: Unit, name: str) -> UUID:
    found = list(PersonAccount.objects.filter(unit=unit, person__name=name).values_list("person__uuid", flat=True)[:2])
    if len(found) != 1:
        why = "没有叫这个名字的人。" if not found else "不止一位叫这个名字，请联系单位管理员区分姓名。"
        raise InvalidInput("没有提出，请改正后再提交。", fields={"person": [f"{unit.short_name}{why}"]})
    return found[0]


def _decide(request: HttpRequest, actor: Actor, do: str) -> None:
    try:
        entry_uuid = UUID(request.POST.get("entry", ""))
    except ValueError as error:
        raise NotFound from error
    words = request.POST.get("words", "")
    if do == "reverse":
        operations.propose_reversal(actor=actor, entry_uuid=entry_uuid, reason=words)
        messages.success(request, "已提出冲正，等另一个人批准。")
        return
    if do not in {"approve", "refuse"}:
        raise InvalidInput("没有这种操作，请回到人工记分页面再试。")
    entry = operations.decide_entry(actor=actor, entry_uuid=entry_uuid, approve=do == "approve", words=words)
    said = "已批准，马上计入得分" if do == "approve" else "没有批准"
    messages.success(request, f"{entry.subject_name}：{said}。")


def _shown(actor: Actor, entry: ManualEntry, kept: dict[str, str]) -> dict[str, Any]:
    """One entry with what this reader can do about it, and why not."""
    proposed = entry.state == ManualEntry.State.PROPOSED
    own = actor.user_uuid is not None and entry.proposer_uuid == actor.user_uuid
    may = actor.can("ranking.approve")
    return {
        "entry": entry,
        "may_decide": proposed and may and not own,
        "why_not": "您提出的，要由另一个人批准" if proposed and own else "" if may or not proposed else "等待批准",
        "may_reverse": entry.state == ManualEntry.State.APPROVED
        and actor.can("ranking.enter")
        and entry.reverses_id is None
        and not hasattr(entry, "reversed_by"),
        "words": kept["words"] if kept["entry"] == str(entry.uuid) else "",
    }
