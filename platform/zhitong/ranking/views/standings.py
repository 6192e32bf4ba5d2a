"""What is behind the figures of rankings: the ledger of points, the list of a count, the points of one item."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor
from zhitong.exchange.models import ItemFact
from zhitong.people.models import Person
from zhitong.ranking import queries, statistics, words
from zhitong.ranking.models import LedgerEntry, RuleSet, Standing
from zhitong.ranking.narrowing import Narrowing, read_narrowing, value_words
from zhitong.ranking.periods import Period
from zhitong.ranking.views.common import asked_period, is_part, period_in, plain, reader, rules_in
from zhitong.units.models import Unit
from zhitong.web import navigation
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import (
    Action,
    Cell,
    Fact,
    LedgerLine,
    SavedFilter,
    SayBox,
    State,
    TableColumn,
    TableRow,
    empty,
    refusal,
)
from zhitong.web.templatetags.zt import zt_short

_LISTED = words.COUNTS | {statistics.REPLIED: "答复"}


def no_rules() -> SayBox:
    """Return what stands on a page of rankings before a rule set is in force."""
    return empty(
        "还没有计分规则",
        "发布计分规则后，得分和排名会自动算出，以前的结果也会补算。请省政协有“维护计分规则”权限的人员发布。",
        icon="list-numbers",
    )


def closed(rules: RuleSet) -> SayBox:
    """Return what stands in place of a ranking of which its owner shows nothing."""
    who = rules.owner.short_name
    return refusal(
        "这套规则的得分和排名不公开",
        f"{who}定了《{rules.name}》的排名不公开。稿件的收稿、采用、报送等篇数不受影响。",
        who=f"{who}可以在“计分规则”里改成公开",
    )


def group_name(unit: Unit) -> str:
    """Return the name of the group that a unit is ranked in."""
    return words.group_words(f"{unit.kind}/{unit.level}", {})


def as_of(row: Standing | None, when: Period) -> State:
    """Return how fresh the standings are, amber while events wait to be counted."""
    if row is None:
        return State("还没有数据", "off")
    moment = f"数据截至 {zt_short(row.as_of)}"
    return State(f"{moment}，有新的结果正在计算", "soon") if queries.is_stale(when) else State(moment)


@login_required
@require_safe
def ledger(request: HttpRequest, unit_uuid: UUID) -> HttpResponse:
    """The lines behind a unit's points; as a drawer for htmx."""
    actor, own = reader(request)
    unit, rules = ledger_asked(actor, own, unit_uuid, request.GET)
    navigation.mark(request, "ranking")
    if rules is None:
        return render(request, "ranking/empty.html", {"box": no_rules()})
    when, part = asked_period(request, own), read_narrowing(request.GET.dict())
    row = queries.own_row(rules, when, unit)
    rows = queries.entries(rules, unit, when, part.person)
    note = f"{unit.short_name}，{when.words}"
    context = _ledger_context(actor, own, unit, rules, rows) | {
        "drawer_note": f"{note}，{words.place(row, group_name(unit))}" if row and not part.person else note,
        "recomputed": as_of(row, when),
        "export_kind": "ranking.ledger",
        "exported": f"unit={unit.uuid}&rules={rules.pk}&{when.query}{part.query}",
        "actions": _ledger_actions(actor, own, unit, when, rules, part),
        **period_choice(rules, when),
    }
    context["facts"] = [Fact("规则", _rule_words(rules, when)), *context["facts"]]
    return render(request, "ranking/ledger_drawer.html" if is_part(request) else "ranking/ledger.html", context)


def ledger_asked(actor: Actor, own: Unit, unit_uuid: UUID, asked: QueryDict) -> tuple[Unit, RuleSet | None]:
    """Return whose ledger is asked for, and under which rules; None while there are none.

    Raises:
        NotFound: no such unit or set for the actor.
        NotAllowed: the owner of the rules shows nothing of it.
    """
    rules = rules_in(asked, own) or queries.network_rules()
    return queries.ledger_unit(actor, own, unit_uuid, rules), rules


@login_required
@require_safe
def item(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """The lines of one own item, for its authors and for readers of the ranking."""
    actor, own = reader(request)
    fact = queries.own_item(actor, own, item_uuid)
    navigation.mark(request, "ranking")
    rules = queries.network_rules()
    if rules is None:
        return render(request, "ranking/empty.html", {"box": no_rules()})
    queries.require_sight(rules, own, actor)
    context = _ledger_context(actor, own, own, rules, queries.entries_of_item(rules, fact)) | {
        "drawer_note": f"{fact.number_label}，为{own.short_name}得分",
        "actions": [],
    }
    context["facts"] = [Fact("规则", f"{rules.name}，{rules.owner.short_name}"), *context["facts"]]
    return render(request, "ranking/ledger_drawer.html" if is_part(request) else "ranking/ledger.html", context)


@login_required
@require_safe
def counted(request: HttpRequest, unit_uuid: UUID) -> HttpResponse:
    """The items behind a count, named by number; as many as the count says."""
    actor, own = reader(request)
    unit, what, when, part, facts = items_counted(actor, own, unit_uuid, request.GET)
    number = facts.count()
    page = page_of(facts, ("-pk",), request.GET)
    outcomes = queries.outcomes(page.items)
    ends = ("类别", "结果")
    table = [
        TableRow(
            [
                Cell(fact.number_label, url=_own_page(actor, own, fact), look="t"),
                *([Cell(fact.unit.short_name)] if part.below else []),
                Cell(zt_short(fact.submitted_on)),
                Cell(fact.category or "未分类"),
                Cell(words.outcomes(outcomes[fact.item_uuid]) or "还没有结果"),
            ],
            name=fact.number_label,
            url=_own_page(actor, own, fact),
        )
        for fact in page.items
    ]
    base = reverse("ranking:list", args=[unit.uuid])
    navigation.mark(request, "ranking")
    whose = _whose(unit, part)
    context = {
        "whose": whose,
        "export_kind": "ranking.counted",
        "exported": f"unit={unit.uuid}&what={what}&{when.query}{part.query}",
        "what": _LISTED[what],
        "when": when,
        "number": number,
        "page": page,
        "page_size": SIZE,
        "columns": [TableColumn(label) for label in ("编号", *(("单位",) if part.below else ()), "来稿日期", *ends)],
        "rows": table,
        "caption": counted_title(unit, what, when, part),
        "filters": [
            SavedFilter(label, f"{base}?what={name}&{when.query}{part.query}", current=name == what)
            for name, label in _LISTED.items()
        ],
        "filters_label": "数的是什么",
        "empty_box": empty("没有这样的稿件", f"{whose}{when.words}没有计入“{_LISTED[what]}”的稿件。"),
    }
    return render(request, "ranking/counted.html", context)


def items_counted(
    actor: Actor, own: Unit, unit_uuid: UUID, asked: QueryDict
) -> tuple[Unit, str, Period, Narrowing, QuerySet[ItemFact]]:
    """Return whose items are listed, what they count as, when, which part of them, and the items.

    Raises:
        NotFound: no such unit for the actor, no such count, period or part.
    """
    unit = queries.list_unit(actor, own, unit_uuid)
    what = asked.get("what", "received")
    if what not in _LISTED:
        raise NotFound
    when, part = period_in(asked, own), read_narrowing(plain(asked))
    if part.person is not None and unit.pk != own.pk:
        raise NotFound  # figures of persons stay within their unit
    facts = part.of(statistics.items(when, what, queries.keys_of(actor, unit, below=part.below)))
    return unit, what, when, part, facts.select_related("unit")


def counted_title(unit: Unit, what: str, when: Period, part: Narrowing) -> str:
    """Return what a list of counted items is called."""
    return f"{_whose(unit, part)}{when.words}{_LISTED[what]}"


def _whose(unit: Unit, part: Narrowing) -> str:
    """Whose items a list shows, in words: the unit, the person, the value of a dimension."""
    said = [f"{unit.short_name}{'及以下' if part.below else ''}"]
    if part.person is not None:
        said += Person.objects.filter(uuid=part.person).values_list("name", flat=True)
    if part.by is not None:
        said.append(value_words(part.by, part.value))
    return "，".join(said)


def _own_page(actor: Actor, own: Unit, fact: ItemFact) -> str:
    """Return the page of an item for a reader of its own unit; what other units wrote stays behind their wall."""
    if fact.unit_id != own.pk or not actor.can("items.read_all"):
        return ""
    return reverse("desk:item", args=[fact.item_uuid])


def parts_of_a_year() -> list[tuple[str, str]]:
    """Return the parts of a year that can be chosen, as an address and as a reader says them."""
    halves = [(f"H{half}", f"{'上下'[half - 1]}半年") for half in (1, 2)]
    quarters = [(f"Q{quarter}", f"第{'一二三四'[quarter - 1]}季度") for quarter in range(1, 5)]
    return [("", "全年"), *halves, *quarters, *((f"{month:02}", f"{month} 月") for month in range(1, 13))]


def period_choice(rules: RuleSet | None, when: Period) -> dict[str, Any]:
    """Return what the choice of a period needs."""
    return {"when": when, "years": queries.years(rules), "parts": parts_of_a_year()}


def _ledger_context(actor: Actor, own: Unit, unit: Unit, rules: RuleSet, rows: Any) -> dict[str, Any]:
    lines: list[LedgerEntry] = list(rows)
    total = sum(line.points for line in lines if line.counted)
    scoring = len({line.item_uuid for line in lines if line.counted and line.item_uuid})
    return {
        "drawer_title": "为什么是这个分",
        "total": total,
        "sum_words": words.sum_words(lines),
        "facts": [Fact("篇目", f"{scoring} 篇得分，{len(lines)} 条明细")],
        "ledger": ledger_lines(actor, own, unit, rules, lines),
        "rules": rules,
        "ranked": unit,
    }


def ledger_lines(actor: Actor, own: Unit, unit: Unit, rules: RuleSet, lines: Sequence[LedgerEntry]) -> list[LedgerLine]:
    """Return lines of a unit's ledger in words, as far as the actor may read them; a constant number of queries."""
    items = {line.item_uuid for line in lines if line.item_uuid}
    labels, titles = queries.labels(unit, items), queries.titles(actor, own, unit, items)
    names, opened = queries.subject_names(lines), _opened(actor, own)
    is_own = rules.owner_id == own.pk
    return [words.line(line, labels, titles, opened, names, tells_who=is_own) for line in lines]


def _opened(actor: Actor, own: Unit) -> int | None:
    return int(own.pk) if actor.can("items.read_all") else None


def _ledger_actions(actor: Actor, own: Unit, unit: Unit, when: Period, rules: RuleSet, part: Narrowing) -> list[Action]:
    asked = f"{when.query}&rules={rules.pk}{part.query}"
    whole = Action(
        "整页查看",
        url=f"{reverse('ranking:ledger', args=[unit.uuid])}?{asked}",
        icon="external-link",
        primary=True,
    )
    if unit.pk != own.pk and not actor.can("monitor.province"):
        return [whole]
    listed = f"{reverse('ranking:list', args=[unit.uuid])}?what=higher&{when.query}{part.query}"
    return [whole, Action("上级采用的稿件", url=listed, icon="list")]


def _rule_words(rules: RuleSet, when: Period) -> str:
    periods = [f"第 {v.number} 版，自 {v.valid_from:%Y-%m-%d} 起" for v in queries.versions_of(rules, when)]
    return f"{rules.owner.short_name}《{rules.name}》{'；'.join(periods)}"
