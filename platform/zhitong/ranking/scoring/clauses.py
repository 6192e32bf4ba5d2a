"""What happens to priced lines together: choices among the events of one matter, and limits on sums."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter

from zhitong.ranking.scoring.drafts import Draft, Fits, scope_of
from zhitong.ranking.scoring.numbers import exact_decimal, plain, rounded
from zhitong.ranking.scoring.rules import Choice, Clause, Limit, RuleSet, When

Events = dict[str, list[Draft]]
Place = tuple[str, str, str]
"""A kind of subject, a subject, and the scope that lines stand in together."""


def _place(draft: Draft, scope: Callable[[Draft], str]) -> Place:
    subject = draft.holder.subject
    return subject.kind, subject.id, scope(draft)


def choose(drafts: list[Draft], choice: Choice, rules: RuleSet) -> None:
    """Drop (or lessen) the lines of the events that the choice leaves out; an event stands or falls as a whole."""
    scope = scope_of(choice.within, rules.year_from)
    fits = Fits(choice.of)
    groups: defaultdict[Place, Events] = defaultdict(dict)
    for draft in drafts:
        if draft.clause is None and fits(draft):
            events = groups[_place(draft, scope)]
            events.setdefault(draft.event_ids[0], []).append(draft)
    if choice.replaced_by is not None:
        _replace(drafts, choice, rules, groups)
        return
    for events in groups.values():
        if len(events) > 1:
            kept = _kept(events, choice)
            if kept:
                _drop(events, kept, choice, rules)


def _kept(events: Events, choice: Choice) -> list[str]:
    """The ids of the events that stay, the best first; equal ones by day, then by id."""
    if choice.order == "level":
        levels = {name: max(draft.source.level for draft in lines) for name, lines in events.items()}
        best = sorted(set(levels.values()), reverse=True)[: choice.take]
        highest_first = sorted(events, key=lambda each: (-levels[each], each))
        return [name for name in highest_first if levels[name] in best]

    def rank(name: str) -> tuple[Decimal, date, str]:
        points = sum((draft.points for draft in events[name]), Decimal(0))
        day = min(draft.counted_on for draft in events[name])
        return (-points if choice.order == "points" else Decimal(0), day, name)

    return sorted(events, key=rank)[: choice.take]


def _replace(drafts: list[Draft], choice: Choice, rules: RuleSet, groups: defaultdict[Place, Events]) -> None:
    """Drop what is replaced wherever a line of the replacing kind counts."""
    assert choice.replaced_by is not None
    scope = scope_of(choice.within, rules.year_from)
    replacing = Fits(choice.replaced_by)
    winners: dict[Place, list[str]] = defaultdict(list)
    for draft in drafts:
        if draft.clause is None and replacing(draft):
            winners[_place(draft, scope)].append(draft.event_ids[0])
    for key, events in groups.items():
        if key in winners:
            _drop(events, sorted(set(winners[key])), choice, rules)


def _drop(events: Events, kept: list[str], choice: Choice, rules: RuleSet) -> None:
    words = f"{choice.name}:计入的是事件 {'、'.join(kept[:5])}"
    clause = Clause(choice.key, words)
    for name, lines in events.items():
        if name in kept:
            continue
        for draft in lines:
            if not choice.others:
                draft.clause = clause
                continue
            left = rounded(Fraction(draft.points) * choice.others, rules.rounding)
            draft.arithmetic += f",{choice.name} × {plain(choice.others)} = {plain(left)}"
            draft.points = exact_decimal(left)


def limit(drafts: list[Draft], rule: Limit, rules: RuleSet) -> list[Draft]:
    """Trim the latest lines until each sum is within the bounds; what was trimmed stays visible."""
    place = _summed(rule, scope_of(rule.per, rules.year_from))
    fits = Fits(rule.of)
    groups: defaultdict[Place, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.clause is None and draft.points and fits(draft):
            groups[place(draft)].append(draft)
    binds = _sums(drafts, rule.condition, place) if rule.condition is not None else None
    parts = _sums(drafts, rule.part_of, place) if rule.part_of is not None else None
    trimmed: list[Draft] = []
    for key, lines in groups.items():
        if binds is not None and key not in binds:
            continue
        total = sum((Fraction(draft.points) for draft in lines), Fraction(0))
        most, words = rule.at_most, f"{rule.name}:最多"
        if most is not None and parts is not None:
            whole = max(parts.get(key, Fraction(0)), Fraction(0))
            words += f" {plain(whole)} × {plain(most)} ="
            most = rounded(most * whole, rules.rounding)
        if most is not None and total > most:
            trimmed += _trim(lines, total - most, Clause(rule.key, f"{words} {plain(most)} 分"))
        elif rule.at_least is not None and total < rule.at_least:
            words = f"{rule.name}:最低 {plain(rule.at_least)} 分"
            trimmed += _trim(lines, total - rule.at_least, Clause(rule.key, words))
    return drafts + trimmed


def _summed(rule: Limit, scope: Callable[[Draft], str]) -> Callable[[Draft], Place]:
    """Whose lines a limit sums up: the subject's alone, or those of all that have a field in common."""
    across = rule.across
    if not across:
        return lambda draft: _place(draft, scope)
    if across == "all":
        return lambda draft: (draft.holder.subject.kind, "", scope(draft))
    if across in ("group", "unit"):
        own = attrgetter(across)
        return lambda draft: (draft.holder.subject.kind, own(draft.holder.subject), scope(draft))
    return lambda draft: (draft.holder.subject.kind, draft.holder.field(across), scope(draft))


def _sums(drafts: list[Draft], when: When, place: Callable[[Draft], Place]) -> dict[Place, Fraction]:
    """The sums of the counted lines that fit; a place without any is not in it."""
    fits = Fits(when)
    sums: dict[Place, Fraction] = {}
    for draft in drafts:
        if draft.clause is None and fits(draft):
            key = place(draft)
            sums[key] = sums.get(key, Fraction(0)) + Fraction(draft.points)
    return sums


def _trim(lines: list[Draft], excess: Fraction, clause: Clause) -> list[Draft]:
    """Take `excess` off the latest lines of its sign; return the parts of lines that were cut in two."""
    parts: list[Draft] = []
    for draft in sorted(lines, key=lambda each: each.order, reverse=True):
        points = Fraction(draft.points)
        if not excess:
            break
        if points * excess < 0:
            continue
        if abs(points) <= abs(excess):
            draft.clause = clause
            excess -= points
            continue
        parts.append(draft.copy(excess, clause))
        draft.points = exact_decimal(points - excess)
        draft.arithmetic += f",{clause.words},只计 {plain(draft.points)}"
        excess = Fraction(0)
    return parts
