"""Conditions made fast: what an event decides is decided once for its shape, the rest asked of each holder."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from operator import attrgetter

from zhitong.ranking.scoring.events import Author, Contributor, ScoringEvent
from zhitong.ranking.scoring.rules import Condition, RuleSet, Span, Subject, When

AUTHOR_FIELDS = frozenset(["person", "author_rank", "author_kind", "author_group"])

Facts = Mapping[str, frozenset[str]]
Shape = tuple[str | frozenset[str], ...]
_WORDS = ("kind", "mode", "level", "body", "bulletin", "leader_rank", "flag")
NUMBERS = ("quantity", "days_late", "authors", "contributors")


class Holder:
    """One subject's part in one event: unit, authors, place (from 1) and the slots of the cut it holds."""

    __slots__ = ("authors", "contributor", "place", "slots", "subject")

    def __init__(
        self, contributor: Contributor, authors: tuple[Author, ...], place: int, slots: tuple[int, ...]
    ) -> None:
        self.contributor = contributor
        self.authors = authors
        self.place = place
        self.slots = slots
        self.subject: Subject

    def field(self, name: str) -> str:
        """One word of the subject; of the first author, where it is the authors'."""
        if name.startswith("author_"):
            return str(getattr(self.authors[0], name.removeprefix("author_"))) if self.authors else ""
        return str(getattr(self.contributor, "group" if name == "unit_group" else name))


Check = Callable[[Holder], bool]
Verdict = Check | bool


def shape_of(event: ScoringEvent) -> Shape:
    """All words of an event that conditions on events can ask."""
    return (event.kind, event.mode, event.level, event.body, event.bulletin, event.leader_rank, event.flags)


def numbered_shape_of(event: ScoringEvent) -> Shape:
    """The words and the numbers of an event: for sets that ask these, as there are many more shapes then."""
    places = len({each.share_order for each in event.contributors})
    return (*shape_of(event), str(event.many), str(event.days_late), str(len(event.authors)), str(places))


def facts_of(shape: Shape) -> dict[str, frozenset[str]]:
    """The shape as words by field."""
    return {
        name: frozenset([word] if word else []) if isinstance(word, str) else word
        for name, word in zip(_WORDS + NUMBERS, shape, strict=False)
    }


def shaper(rules: RuleSet) -> Callable[[ScoringEvent], Shape]:
    """The shape that the conditions of a set need."""
    steps = (*rules.steps, *rules.needs)
    asked = [table.when for table in rules.tables]
    asked += [line.when for table in rules.tables for line in table.lines]
    asked += [factor.when for factor in rules.factors]
    asked += [when for step in steps for when in (step.count, step.sums, step.out_of, step.less) if when]
    asked += [when for choice in rules.choices for when in (choice.of, choice.replaced_by) if when]
    asked += [when for limit in rules.limits for when in (limit.of, limit.condition, limit.part_of) if when]
    return numbered_shape_of if any(_asks_numbers(each) for when in asked for each in when) else shape_of


def _asks_numbers(condition: Condition) -> bool:
    but_not = condition.but_not is not None and _asks_numbers(condition.but_not)
    return but_not or any(name in NUMBERS for name, _ in condition.spans)


def holds(verdict: Verdict, holder: Holder) -> bool:
    """The verdict for this holder."""
    return verdict if isinstance(verdict, bool) else verdict(holder)


def narrow(when: When, facts: Facts) -> Verdict:
    """Decide what the facts decide: True, False, or a check of what remains to be asked of the holder."""
    if not when:
        return True
    remaining: list[Check] = []
    for condition in when:
        rest = _narrow_one(condition, facts)
        if rest is True:
            return True
        if rest is not False:
            remaining.append(rest)
    if len(remaining) > 1:
        return lambda holder: any(check(holder) for check in remaining)
    return remaining[0] if remaining else False


def _narrow_one(condition: Condition, facts: Facts) -> Verdict:
    checks: list[Check] = []
    for name, words in condition.words:
        if name in facts:
            if facts[name].isdisjoint(words):
                return False
        else:
            checks.append(_subject_check(name, words))
    for name, spans in condition.spans:
        if name == "place":
            checks.append(_place_check(spans))
        elif not any(Fraction(number) in span for number in facts.get(name, ()) for span in spans):
            return False
    if condition.but_not:
        unwanted = _narrow_one(condition.but_not, facts)
        if unwanted is True:
            return False
        if unwanted is not False:
            checks.append(_negated(unwanted))
    if len(checks) > 1:
        return lambda holder: all(check(holder) for check in checks)
    return checks[0] if checks else True


def _negated(check: Check) -> Check:
    return lambda holder: not check(holder)


def _place_check(places: tuple[Span, ...]) -> Check:
    return lambda holder: any(holder.place in span for span in places)


def _subject_check(name: str, words: frozenset[str]) -> Check:
    if name in AUTHOR_FIELDS:
        return _author_check(attrgetter(name.removeprefix("author_")), words)
    get = attrgetter("group" if name == "unit_group" else name)
    return lambda holder: get(holder.contributor) in words


def _author_check(get: Callable[[Author], str], words: frozenset[str]) -> Check:
    def any_author(holder: Holder) -> bool:
        for author in holder.authors:  # noqa: SIM110 # `any` costs three times as much, for every event
            if get(author) in words:
                return True
        return False

    return any_author
