"""Rankings of a period: of units, of the persons of the unit, of its groups; figures with lists, scores with why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor
from zhitong.ranking import queries, subjects, words
from zhitong.ranking.counting import Counts
from zhitong.ranking.figures import Dimension
from zhitong.ranking.models import Purpose, RuleSet, Sight, Standing
from zhitong.ranking.narrowing import Narrowing
from zhitong.ranking.periods import Period
from zhitong.ranking.subjects import Subject
from zhitong.ranking.views.common import Figure, period_in, reader, rules_in, spans, tab_rights
from zhitong.ranking.views.standings import as_of, closed, group_name, no_rules, period_choice
from zhitong.units.models import Unit
from zhitong.web.parts import Change, SavedFilter, State, empty

UNITS, PERSONS, GROUPS, HANDLERS = "units", "persons", "groups", "handlers"
BY = {UNITS: "单位", PERSONS: "个人", GROUPS: "界别、专委会等"}
_PURPOSES = {
    UNITS: (Purpose.UNITS,),
    PERSONS: (Purpose.MEMBERS, Purpose.INFORMANTS),
    GROUPS: (Purpose.GROUPS,),
}
_COLUMNS = {
    UNITS: ("received", "adopted", "rate", "sent", "higher", "instructions"),
    PERSONS: ("received", "adopted", "rate", "higher", "instructions"),
    GROUPS: ("received", "adopted", "rate", "higher", "instructions"),
}
_RATE = "采用率"


@dataclass(frozen=True, slots=True)
class Row:
    """One who is ranked; `rank` 0 and no `points`: not ranked, not scored."""

    name: str
    rank: int
    figures: Sequence[Figure]
    change: Change | None = None
    note: str = ""
    points: Decimal | None = None
    why_url: str = ""
    us: bool = False


@login_required
@require_safe
def standings(request: HttpRequest) -> HttpResponse:
    """The ranking of a period by units, persons or groups, as far as the owner of the rules shows it."""
    actor, own = reader(request)
    actor.require("ranking.read")
    by, when, sets, rules = _asked(request.GET, own)
    kept = {"view": by} | ({"rules": str(rules.pk)} if rules and request.GET.get("rules") else {})
    context = {
        **tab_rights(actor),
        "own": own,
        "rules": rules,
        "sets": sets,
        "kept": kept,
        "views": views_by(by, when),
        "when": when,
        **spans(own, when, f"{reverse('ranking:standings')}?{'&'.join(f'{k}={v}' for k, v in kept.items())}"),
    }
    if by == UNITS and rules is None:
        return render(request, "ranking/empty.html", context | {"box": no_rules(), "shows_tabs": True})
    if rules is not None and queries.sight(rules, own, actor) == Sight.NONE and by == UNITS:
        return render(request, "ranking/empty.html", context | {"box": closed(rules), "shows_tabs": True})
    if by == UNITS:
        assert rules is not None
        context |= _of_units(request.GET, actor, own, rules, when)
    else:
        context |= _of_subjects(actor, own, rules, when, by)
    context |= {
        "columns": columns_of(by),
        "export_kind": f"ranking.{by}",
        "empty_box": empty("这个时段还没有排名", "有了稿件和采用结果，几秒内就会算出。", icon="list-numbers"),
        **period_choice(rules or queries.network_rules(), when),
    }
    return render(request, "ranking/standings.html", context)


def _asked(asked: QueryDict, own: Unit) -> tuple[str, Period, list[RuleSet], RuleSet | None]:
    """Return who is ranked, in which period, by which sets one could rank them, and by which one does."""
    by = asked.get("view", UNITS)
    if by not in BY:
        raise NotFound
    sets = [each for each in queries.rule_sets(own) if each.purpose in _PURPOSES[by]]
    rules = rules_in(asked, own) or (queries.network_rules() if by == UNITS else next(iter(sets), None))
    if rules is not None and rules.purpose not in _PURPOSES[by]:
        raise NotFound
    return by, period_in(asked, own), sets, rules


def columns_of(by: str) -> list[str]:
    """Return the heads of the figures of a ranking."""
    return [_RATE if name == "rate" else words.COUNTS[name] for name in _COLUMNS[by]]


def ranked_rows(actor: Actor, own: Unit, asked: QueryDict) -> Sequence[Row]:
    """Return the rows that the page shows the actor for this query; none where the owner of the rules shows none.

    Raises:
        NotFound: no such ranking for this unit.
    """
    by, when, _sets, rules = _asked(asked, own)
    if by != UNITS:
        return _rows(_of_subjects(actor, own, rules, when, by))
    if rules is None or queries.sight(rules, own, actor) == Sight.NONE:
        return []
    return _rows(_of_units(asked, actor, own, rules, when))


def _rows(context: dict[str, Any]) -> Sequence[Row]:
    found: Sequence[Row] = context["rows"]
    return found


def ranking_title(own: Unit, asked: QueryDict) -> str:
    """Return what the ranking of a query is called."""
    by, when, _sets, _rules = _asked(asked, own)
    return f"{when.words}{BY[by]}排名"


def views_by(shown: str, when: Period) -> list[SavedFilter]:
    """Return the ways to take a ranking apart; who reviewed is known to the unit's own tables alone."""
    found = [
        SavedFilter(label, f"{reverse('ranking:standings')}?view={name}&{when.query}", current=name == shown)
        for name, label in BY.items()
    ]
    return [*found, SavedFilter("审核人", f"{reverse('review:handlers')}?{when.query}", current=shown == HANDLERS)]


def _of_units(given: QueryDict, actor: Actor, own: Unit, rules: RuleSet, when: Period) -> dict[str, Any]:
    every = queries.ranked(rules, when)
    sees_all = rules.owner_id == own.pk or actor.can("monitor.province")
    groups = {(row.unit.kind, row.unit.level): group_name(row.unit) for row in every}
    asked = given.get("group") or f"{own.kind}-{own.level}"
    key = next((each for each in groups if f"{each[0]}-{each[1]}" == asked), None)
    if key is None or (not sees_all and key != (own.kind, own.level)):
        if given.get("group"):
            raise NotFound
        key = next(iter(groups), (own.kind, own.level))
    peers = [row for row in every if (row.unit.kind, row.unit.level) == key]
    rows = queries.with_names(queries.seen(actor, own, rules, peers), when)
    much = queries.sight(rules, own, actor)
    base = f"{reverse('ranking:standings')}?rules={rules.pk}&{when.query}"
    return {
        "rows": [_unit_row(actor, own, rules, row, when) for row in rows],
        "of_how_many": sum(row.rank > 0 for row in peers) if much == Sight.OWN else 0,
        "group": groups.get(key, group_name(own)),
        "groups": [
            SavedFilter(label, f"{base}&group={one[0]}-{one[1]}", current=one == key) for one, label in groups.items()
        ]
        if sees_all and len(groups) > 1
        else [],
        "fresh": as_of(rows[0] if rows else None, when),
        "silent": _silent([(row.called, row.sent, row.higher) for row in rows] if much == Sight.NAMED else []),
        "who": "单位",
    }


def _of_subjects(actor: Actor, own: Unit, rules: RuleSet | None, when: Period, by: str) -> dict[str, Any]:
    shown = rules if rules is not None and queries.sight(rules, own, actor) != Sight.NONE else None
    found = subjects.persons(shown, when, [own.pk]) if by == PERSONS else subjects.groups(shown, when, own)
    return {
        "rows": [_subject_row(own, shown, row, when, by) for row in found],
        "group": f"{own.short_name}{BY[by]}",
        "rules": shown,
        "closed": rules if rules is not None and shown is None else None,
        "silent": _silent([(row.name, row.counts.received, row.counts.adopted) for row in found]),
        "who": BY[by],
        "fresh": State("有新的结果正在计算", "soon") if queries.is_stale(when) else None,
    }


def _silent(rows: Iterable[tuple[str, int, int]]) -> list[tuple[str, list[str]]]:
    """Who sent nothing, and who sent something of which nothing was adopted, by name (零报送、零采用)."""
    found = list(rows)
    nothing = [name for name, sent, _ in found if not sent]
    unheard = [name for name, sent, adopted in found if sent and not adopted]
    return [(label, names) for label, names in (("零报送", nothing), ("零采用", unheard)) if names]


def _unit_row(actor: Actor, own: Unit, rules: RuleSet, row: Standing, when: Period) -> Row:
    may_list = row.unit_id == own.pk or actor.can("monitor.province")
    listed = f"{reverse('ranking:list', args=[row.unit.uuid])}?{when.query}" if may_list else ""
    return Row(
        row.called,
        row.rank,
        _figures(Counts(**{name: getattr(row, name) for name in words.COUNTS}), listed, UNITS),
        words.rank_change(row),
        points=row.points,
        why_url=f"{reverse('ranking:ledger', args=[row.unit.uuid])}?{when.query}&rules={rules.pk}",
        us=row.unit_id == own.pk,
    )


def _subject_row(own: Unit, rules: RuleSet | None, row: Subject, when: Period, by: str) -> Row:
    part = Narrowing(person=row.uuid) if by == PERSONS else Narrowing(by=Dimension.GROUP, value=row.name)
    listed = f"{reverse('ranking:list', args=[own.uuid])}?{when.query}{part.query}"
    return Row(
        row.name,
        row.rank,
        _figures(row.counts, listed, by),
        words.moved_up(row.rank_before - row.rank) if row.rank and row.rank_before else None,
        note=row.of,
        points=row.points if rules else None,
        why_url=_why(own, rules, row.uuid, when) if rules else "",
    )


def _why(own: Unit, rules: RuleSet, subject: UUID, when: Period) -> str:
    return (
        f"{reverse('ranking:ledger', args=[own.uuid])}?{when.query}&rules={rules.pk}{Narrowing(person=subject).query}"
    )


def _figures(counts: Counts, listed: str, by: str) -> list[Figure]:
    found = []
    for name in _COLUMNS[by]:
        if name == "rate":
            found.append(Figure(_RATE, words.rate_words(counts.adopted, counts.received)))
        else:
            found.append(Figure(words.COUNTS[name], getattr(counts, name), f"{listed}&what={name}" if listed else ""))
    return found
