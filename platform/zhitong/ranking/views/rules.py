"""Rule sets as pages: those that score a unit, one set with its versions, and the editor."""

from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound
from zhitong.core.operations import Actor
from zhitong.ranking import operations, queries
from zhitong.ranking.forms import RulesForm, SightForm
from zhitong.ranking.models import RuleSet, RuleSetVersion, Sight
from zhitong.ranking.scoring import SCHEMA_FILE, RulesError, preset, preset_codes, read_rules
from zhitong.ranking.scoring.presets import FOLDER
from zhitong.ranking.views.common import reader, tab_rights
from zhitong.units.models import Unit
from zhitong.web import navigation

_DO = {"check", "try", "publish"}
_NEW = """# 照着单位的计分办法改：名称、版本、施行日期、分值。写法见左边的检查结果和示例。
code: my-rules
name: 社情民意信息计分办法
version: 1
subject: unit
dated: adopted

tables:
  - key: adopted
    name: 采用
    when: {kind: adopted}
    lines:
      - {key: single, name: 单篇, when: {mode: single}, points: 5}
      - {key: merged, name: 综合, when: {mode: merged}, points: 3}
"""


@login_required
@require_safe
def rule_sets(request: HttpRequest) -> HttpResponse:
    """The sets that score the unit, with what is in force; for who may change them, how a new one begins."""
    actor, own = _reading(request)
    today = clock.today()
    rows = [
        (each, queries.version_on(each, today), len(each.versions.all()), each.owner_id == own.pk)
        for each in queries.rule_sets(own)
    ]
    context = {
        "rows": rows,
        **tab_rights(actor),
        "examples": [(code, preset(code).name) for code in preset_codes()],
    }
    return render(request, "ranking/rules.html", context)


@login_required
@require_safe
def rule_set(request: HttpRequest, key: int) -> HttpResponse:
    """One set: its versions, and one of them line by line with what it changed."""
    actor, own = _reading(request)
    rules = queries.rule_set(own, key)
    versions = list(rules.versions.all())
    asked = request.GET.get("version", "")
    shown = next((each for each in versions if str(each.number) == asked), versions[0])
    before = next((each for each in versions if each.number == shown.number - 1), None)
    context = {
        "rules": rules,
        "versions": versions,
        "shown": shown,
        "before": before,
        "in_force": queries.version_on(rules, clock.today()),
        "source_lines": _changed_lines(before.source if before else "", shown.source, all_new=before is None),
        "is_own": rules.owner_id == own.pk,
        "may_change": rules.owner_id == own.pk and actor.can("ranking.configure"),
        "form": SightForm(initial={"sight": rules.sight}),
    }
    return render(request, "ranking/rules_set.html", context)


@login_required
@require_POST
def set_sight(request: HttpRequest, key: int) -> HttpResponse:
    """Say how much of a set's ranking those whom it scores see.

    Raises:
        InvalidInput: no such choice.
    """
    actor, own = _reading(request)
    actor.require("ranking.configure")
    rules = queries.rule_set(own, key)
    form = SightForm(request.POST)
    if not form.is_valid():
        raise InvalidInput("没有这种选择，请回到规则页面再试。", fields={"sight": ["没有这种选择"]})
    sight = Sight(form.cleaned_data["sight"])
    operations.set_sight(actor=actor, rule_set=rules, sight=sight)
    messages.success(request, f"《{rules.name}》的排名：{sight.label}。马上生效，过去的时段也一样。")
    return redirect(reverse("ranking:rules_set", args=[rules.pk]))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: int | None = None) -> HttpResponse:
    """Write a new set or a new version: check it, try it on a year, put it into force."""
    actor, own = _reading(request)
    actor.require("ranking.configure")
    rules = queries.rule_set(own, key) if key is not None else None
    if rules is not None and rules.owner_id != own.pk:
        raise NotAllowed("这套规则是上级单位的，只能由它修订。", who=rules.owner.short_name)
    last = rules.versions.all()[0] if rules else None
    initial = {"source": _begin(request, own, rules, last), "valid_from": clock.today(), "year": clock.today().year}
    form = RulesForm(request.POST or None, request.FILES or None, initial=initial)
    faults: list[str] = []
    checked = False
    if request.method == "POST" and form.is_valid():
        do = request.POST.get("do", "check")
        if do not in _DO:
            raise InvalidInput("没有这种操作，请回到规则页面再试。")
        try:
            answer = _acted(request, actor, form, rules, do)
        except InvalidInput as refusal:
            faults = refusal.fields.get("source", [])
            form.refuse(InvalidInput(refusal.message, rule=refusal.rule, fields=_others(refusal)))
        else:
            if answer is not None:
                return answer
            checked = True
    text = str(form["source"].value() or "")
    context = {
        "rules": rules,
        "last": last,
        "form": form,
        "faults": faults,
        "checked": checked,
        "fault_lines": _fault_lines(text) if faults else [],
        "changes": _changed_lines(last.source, text, context=3) if checked and last else [],
        "summary": _summary(text) if checked else [],
        "examples": [(code, preset(code).name) for code in preset_codes()],
    }
    return render(request, "ranking/rules_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def source(request: HttpRequest, key: int, number: int) -> HttpResponse:
    """A version as a file."""
    _, own = _reading(request)
    rules = queries.rule_set(own, key)
    version = next((each for each in rules.versions.all() if each.number == number), None)
    if version is None:
        raise NotFound
    return _file(version.source, f"{rules.code}-{number}.yaml")


@login_required
@require_safe
def example(request: HttpRequest, code: str) -> HttpResponse:
    """One of the regulations that come with the product, as a file."""
    _reading(request)
    if code not in preset_codes():
        raise NotFound
    return _file((FOLDER / f"{code}.yaml").read_text(encoding="utf-8"), f"{code}.yaml")


@login_required
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of rule sets, for editors."""
    _reading(request)
    return HttpResponse(SCHEMA_FILE.read_bytes(), content_type="application/schema+json")


def _reading(request: HttpRequest) -> tuple[Actor, Any]:
    actor, own = reader(request)
    if not actor.can("ranking.configure"):
        actor.require("ranking.read")
    navigation.mark(request, "rules" if actor.can("ranking.configure") else "ranking")
    return actor, own


def _begin(request: HttpRequest, own: Unit, rules: RuleSet | None, last: RuleSetVersion | None) -> str:
    """Return the text that the editor opens with: what was tried, an example, the last version, or a first sketch.

    Raises:
        NotFound: no such what-if of this set.
    """
    if tried := request.GET.get("trial", ""):
        try:
            found = queries.trial(own, UUID(tried))
        except ValueError as error:
            raise NotFound from error
        if found.rule_set_id != (rules.pk if rules else None):
            raise NotFound
        return found.source
    code = request.GET.get("example", "")
    if code in preset_codes():
        return (FOLDER / f"{code}.yaml").read_text(encoding="utf-8")
    return last.source if last else _NEW


def _acted(request: HttpRequest, actor: Actor, form: RulesForm, rules: RuleSet | None, do: str) -> HttpResponse | None:
    """Check, or check and go on; None leads back to the editor with what was found."""
    _, own = reader(request)
    text = form.cleaned_data["source"]
    parsed = operations.checked(text)
    if rules is not None and parsed.code != rules.code:
        raise InvalidInput(
            "代号改了，就成了另一套规则。", fields={"source": [f"code 应为 {rules.code}；要另建一套，请从“新建”开始"]}
        )
    if do == "try":
        year = form.cleaned_data["year"] or clock.today().year
        asked = operations.ask_trial(actor=actor, owner=own, rule_set=rules, source=text, year=year)
        return redirect(reverse("ranking:trial", args=[asked.uuid]))
    if do == "publish":
        since: date = form.cleaned_data["valid_from"] or clock.today()
        if rules is None and RuleSet.objects.filter(owner=own, code=parsed.code).exists():
            raise InvalidInput(
                "本单位已有这个代号的规则。",
                fields={"source": [f"code {parsed.code} 已被使用，请修订那一套或者换一个"]},
            )
        version = operations.publish_rules(actor=actor, owner=own, code=parsed.code, source=text, valid_from=since)
        messages.success(
            request, f"《{version.rule_set.name}》第 {version.number} 版自 {since} 起施行，得分和排名马上重新计算。"
        )
        return redirect(reverse("ranking:rules_set", args=[version.rule_set_id]))
    return None


def _others(refusal: InvalidInput) -> dict[str, list[str]]:
    """What belongs to other fields than the text; that has a list of its own on the page."""
    found = {name: said for name, said in refusal.fields.items() if name != "source"}
    return found or ({"source": ["见下面的清单。"]} if "source" in refusal.fields else {})


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of a rule set with its number; `look` is ins, del, bad, or nothing. A gap has no number."""

    number: int | None
    text: str
    look: str = ""
    notes: tuple[str, ...] = ()


def _fault_lines(text: str) -> list[SourceLine]:
    """The lines that have faults, each with them, and a line around."""
    notes: dict[int, list[str]] = {}
    try:
        read_rules(text)
    except RulesError as error:
        for fault in error.faults:
            notes.setdefault(max(fault.line, 1), []).append(fault.located)
    lines = text.splitlines()
    shown = sorted({near for line in notes for near in (line - 1, line, line + 1) if 1 <= near <= len(lines)})
    return [
        SourceLine(line, lines[line - 1], "bad" if line in notes else "", tuple(dict.fromkeys(notes.get(line, ()))))
        for line in shown
    ]


def _changed_lines(before: str, after: str, *, all_new: bool = False, context: int | None = None) -> list[SourceLine]:
    """The text line by line, with what came and went; `context` shows only that many lines around a change."""
    old, new = before.splitlines(), after.splitlines()
    if all_new:
        return [SourceLine(number, line) for number, line in enumerate(new, start=1)]
    lines: list[SourceLine] = []
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for what, a1, a2, b1, b2 in matcher.get_opcodes():
        if what == "equal":
            same = [SourceLine(number + 1, new[number]) for number in range(b1, b2)]
            if context is not None and len(same) > 2 * context:
                head = same[:context] if lines else []
                tail = same[-context:] if b2 < len(new) else []
                same = [*head, SourceLine(None, "…"), *tail]
            lines += same
            continue
        lines += [SourceLine(None, line, "del") for line in old[a1:a2]]
        lines += [SourceLine(number + 1, new[number], "ins") for number in range(b1, b2)]
    changed = any(line.look for line in lines)
    return lines if changed or context is None else []


def _summary(text: str) -> list[tuple[str, str]]:
    """What a set says, in a few words, for who reads it over before publishing."""
    rules = read_rules(text)
    prices = [f"{table.name} {len(table.lines)} 项" for table in rules.tables]
    clauses = [each.name for each in rules.factors] + [each.name for each in rules.choices]
    clauses += [each.name for each in (*rules.steps, *rules.needs)] + [each.name for each in rules.limits]
    who = {"unit": "单位", "person": "个人", "group": "界别、专委会等"}[rules.subject]
    return [
        ("名称", rules.name),
        ("为谁计分", who),
        ("计分表", "、".join(prices)),
        ("条款", "、".join(clauses) or "没有"),
    ]


def _file(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "sandbox"  # a file: it may do nothing at all
    return response
