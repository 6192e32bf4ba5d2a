"""What happens to priced lines together: choices among the events of one matter, and limits on sums."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhitong.ranking.scoring.drafts import Draft, Fits, scope_of
from zhitong.ranking.scoring.numbers import exact_decimal, plain
from zhitong.ranking.scoring.rules import Choice, Clause, Limit, RuleSet

Events = dict[str, list[Draft]]


def choose(drafts: list[Draft], choice: Choice, rules: RuleSet) -> None:
    """Drop the lines of the events that the choice leaves out; an event stands or falls as a whole."""
    scope = scope_of(choice.within, rules.year_from)
    fits = Fits(choice.of)
    groups: defaultdict[tuple[str, str], Events] = defaultdict(dict)
    for draft in drafts:
        if draft.clause is None and fits(draft):
            events = groups[draft.holder.subject.id, scope(draft)]
            events.setdefault(draft.event_ids[0], []).append(draft)
    if choice.replaced_by is not None:
        _replace(drafts, choice, rules, groups)
        return
    for events in groups.values():
        if len(events) > 1:
            kept = _kept(events, choice)
            if kept:
                _drop(events, kept, choice)


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


def _replace(drafts: list[Draft], choice: Choice, rules: RuleSet, groups: defaultdict[tuple[str, str], Events]) -> None:
    """Drop what is replaced wherever a line of the replacing kind counts."""
    assert choice.replaced_by is not None
    scope = scope_of(choice.within, rules.year_from)
    replacing = Fits(choice.replaced_by)
    winners: dict[tuple[str, str], list[str]] = defaultdict(list)
    for draft in drafts:
        if draft.clause is None and replacing(draft):
            winners[draft.holder.subject.id, scope(draft)].append(draft.event_ids[0])
    for key, events in groups.items():
        if key in winners:
            _drop(events, sorted(set(winners[key])), choice)


def _drop(events: Events, kept: list[str], choice: Choice) -> None:
    words = f"{choice.name}:计入的是事件 {'、'.join(kept[:5])}"
    clause = Clause(choice.key, words)
    for name, lines in events.items():
        if name not in kept:
            for draft in lines:
                draft.clause = clause


def limit(drafts: list[Draft], rule: Limit, rules: RuleSet) -> list[Draft]:
    """Trim the latest lines until each sum is within the bounds; what was trimmed stays visible."""
    scope = scope_of(rule.per, rules.year_from)
    fits = Fits(rule.of)
    groups: defaultdict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.clause is None and draft.points and fits(draft):
            groups[draft.holder.subject.id, scope(draft)].append(draft)
    trimmed: list[Draft] = []
    for lines in groups.values():
        total = sum((Fraction(draft.points) for draft in lines), Fraction(0))
        if rule.at_most is not None and total > rule.at_most:
            words = f"{rule.name}:最多 {plain(rule.at_most)} 分"
            trimmed += _trim(lines, total - rule.at_most, Clause(rule.key, words))
        elif rule.at_least is not None and total < rule.at_least:
            words = f"{rule.name}:最低 {plain(rule.at_least)} 分"
            trimmed += _trim(lines, total - rule.at_least, Clause(rule.key, words))
    return drafts + trimmed


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
