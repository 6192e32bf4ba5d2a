"""Who had part in an event and what part of its points: places, shares, and the subjects that hold them."""

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from zhitong.ranking.scoring.conditions import AUTHOR_FIELDS, Holder, holds, narrow
from zhitong.ranking.scoring.errors import EventError
from zhitong.ranking.scoring.events import Author, Contributor, ScoringEvent
from zhitong.ranking.scoring.rules import RuleSet, Share, Split, Subject, SubjectKind

_NOBODY = Contributor(unit="")


class Cut:
    """The fractions of all places of an event; one object for each shape, so that it can serve as a key."""

    __slots__ = ("adds_up", "parts")

    def __init__(self, parts: tuple[Fraction, ...]) -> None:
        self.parts = parts
        self.adds_up = sum(parts) == 1


@lru_cache(maxsize=4096)
def fractions(split: Split, count: int) -> tuple[Fraction, ...]:
    """The part of each of `count` places in their order. Places that get nothing have 0."""
    taking = min(count, split.first) if split.first else count
    parts = _parts(split, taking)
    return parts + (Fraction(0),) * (count - len(parts))


def _parts(split: Split, count: int) -> tuple[Fraction, ...]:
    if split.scheme in {"equal", "agreed"}:
        return (Fraction(1, count),) * count
    if split.scheme == "ratio":
        longest = max(split.weights, key=len)
        weights = next((each for each in split.weights if len(each) == count), longest)[:count]
        return tuple(Fraction(weight, sum(weights)) for weight in weights)
    if split.scheme == "parts":
        return split.parts[:count] + (split.rest,) * (count - len(split.parts))
    if count == 1 or split.scheme == "full":
        return (Fraction(1),) * count
    if split.scheme == "half_each":
        return (Fraction(1, 2),) * count
    return (Fraction(1, 2),) + (Fraction(1, 2 * (count - 1)),) * (count - 1)


def _place_parts(split: Split, count: int, agreed: tuple[int, ...]) -> tuple[Fraction, ...]:
    """The part of each place: as agreed, where the set asks for that and every place brings a share."""
    if split.scheme != "agreed" or len(agreed) != count or not all(agreed):
        return fractions(split, count)
    taking = min(count, split.first) if split.first else count
    parts = tuple(Fraction(share, sum(agreed[:taking])) for share in agreed[:taking])
    return parts + (Fraction(0),) * (count - taking)


def _cut_among_units(share: Share, places: tuple[int, ...], agreed: tuple[int, ...]) -> Cut:
    """The cut among so many contributors."""
    return Cut(_place_parts(share.contributors, len(places), agreed))


def _cut_among_persons(share: Share, authors: tuple[int, ...], agreed: tuple[int, ...]) -> Cut:
    """The cut among the authors of each place: the place's part times the author's part of it."""
    places = _place_parts(share.contributors, len(authors), agreed)
    return Cut(
        tuple(
            place * part
            for place, count in zip(places, authors, strict=True)
            for part in fractions(share.authors, count)
        )
    )


class Parties:
    """Finds the holders of an event for one kind of subject, with the set's own "who counts" and groups."""

    def __init__(self, rules: RuleSet, subject: SubjectKind) -> None:
        self._rules = rules
        self._kind = subject
        self._who = narrow(rules.who, {})
        self._named = [(group.name, narrow(group.when, {})) for group in rules.groups.named]
        self._cuts: dict[tuple[int, tuple[int, ...], tuple[int, ...]], Cut] = {}
        self._asks_authors = subject != "unit" or _asks_authors(rules)
        self._subjects: dict[tuple[object, ...], Subject | None] = {}

    def holders(self, event: ScoringEvent, share: Share) -> tuple[list[Holder], Cut]:
        """The counted holders in their order, and the cut their `slots` point into.

        Raises `EventError` when an author of a merged event belongs to none of its contributors.
        """
        if self._kind != "unit":
            return self._persons(event, share)
        if len(event.contributors) == 1:
            holder = Holder(event.contributors[0], event.authors, 1, (0,))
            return self._counted((holder,)), self._cut(share, (1,))
        return self._units(event, share)

    def _cut(self, share: Share, places: tuple[int, ...], agreed: tuple[int, ...] = ()) -> Cut:
        """The cut for so many authors on each place, with the shares agreed on for the places.

        Shares live as long as the rules, so their identity is the key.
        """
        key = (id(share), places, agreed)
        cut = self._cuts.get(key)
        if cut is None:
            make = _cut_among_units if self._kind == "unit" else _cut_among_persons
            cut = self._cuts[key] = make(share, places, agreed)
        return cut

    def _units(self, event: ScoringEvent, share: Share) -> tuple[list[Holder], Cut]:
        roads = _roads(event)
        authors = _authors_by_road(event, roads)
        several = [
            (order, Holder(contributor, authors[order], 0, ())) for order, road in roads.items() for contributor in road
        ]
        counted = {id(holder) for holder in self._counted(holder for _, holder in several)}
        orders = [order for order, holder in several if not share.counted_only or id(holder) in counted]
        index = {order: at for at, order in enumerate(dict.fromkeys(orders))}
        for order, holder in several:
            if order in index:
                holder.place, holder.slots = index[order] + 1, (index[order],)
        kept = [holder for _, holder in several if id(holder) in counted]
        agreed = tuple(roads[order][0].share for order in index)
        return _joined(kept), self._cut(share, (1,) * max(len(index), 1), agreed)

    def _persons(self, event: ScoringEvent, share: Share) -> tuple[list[Holder], Cut]:
        roads = _roads(event)
        authors = _authors_by_road(event, roads)
        found: list[Holder] = []
        counts: list[int] = []
        agreed: list[int] = []
        slot = 0
        for order, road in roads.items():
            units = {contributor.unit: contributor for contributor in reversed(road)}
            of_road = [Holder(units.get(a.unit, road[0]), (a,), 0, ()) for a in authors[order]]
            if not of_road and self._kind == "group":
                of_road = [Holder(contributor, (), 0, ()) for contributor in road]
            counted = self._counted(of_road)
            taking = counted if share.counted_only else of_road
            for place, holder in enumerate(taking, start=1):
                holder.place, holder.slots = place, (slot,)
                slot += 1
            found += counted
            if taking:
                counts.append(len(taking))
                agreed.append(road[0].share)
        return _joined(found), self._cut(share, tuple(counts) or (1,), tuple(agreed))

    def _counted(self, holders: Iterable[Holder]) -> list[Holder]:
        """Those the set counts, each with its subject."""
        kept = []
        for holder in holders:
            subject = self._subject(holder)
            if subject is not None:
                holder.subject = subject
                kept.append(holder)
        return kept

    def _subject(self, holder: Holder) -> Subject | None:
        """The subject in its group, or None for one that the set does not count; decided once for each."""
        unit = holder.contributor
        key: tuple[object, ...] = (unit.unit, unit.unit_kind, unit.unit_level, unit.group)
        if self._asks_authors:
            key += holder.authors
        try:
            return self._subjects[key]
        except KeyError:
            subject = self._subjects[key] = self._new_subject(holder)
            return subject

    def _new_subject(self, holder: Holder) -> Subject | None:
        if not holds(self._who, holder):
            return None
        unit = holder.contributor.unit
        if self._kind == "unit":
            return Subject("unit", unit, self._group(holder), unit)
        author = holder.authors[0] if holder.authors else None
        home = (author.unit if author else "") or unit
        if self._kind == "person":
            return Subject("person", author.person, self._group(holder), home) if author else None
        name = (author.group if author else "") or holder.contributor.group
        return Subject("group", f"{home}:{name}", self._group(holder), home) if name else None

    def _group(self, holder: Holder) -> str:
        if self._rules.groups.by:
            return "/".join(holder.field(name) for name in self._rules.groups.by)
        for name, check in self._named:
            if holds(check, holder):
                return name
        return ""


def _asks_authors(rules: RuleSet) -> bool:
    """Whether who counts, or the group, depends on the authors and not on the unit alone."""
    asked = set(rules.groups.by)
    for condition in (*rules.who, *(each for group in rules.groups.named for each in group.when)):
        asked |= {name for name, _ in condition.words}
        if condition.but_not:
            asked |= {name for name, _ in condition.but_not.words}
    return not asked.isdisjoint(AUTHOR_FIELDS)


def _roads(event: ScoringEvent) -> dict[int, list[Contributor]]:
    """Contributors by place, in the order of places; an event without contributors has one empty road."""
    roads: dict[int, list[Contributor]] = {}
    for contributor in sorted(event.contributors, key=lambda each: each.share_order):
        roads.setdefault(contributor.share_order, []).append(contributor)
    return roads or {1: [_NOBODY]}


def _authors_by_road(event: ScoringEvent, roads: dict[int, list[Contributor]]) -> dict[int, tuple[Author, ...]]:
    """Each author's road: the only one, or by item, or by unit."""
    if len(roads) == 1 or not event.authors:
        return dict.fromkeys(roads, event.authors)
    by_item = {each.item: order for order, road in roads.items() for each in road if each.item}
    by_unit: dict[str, int] = {}
    for order, road in roads.items():
        for each in road:
            by_unit.setdefault(each.unit, order)
    found: dict[int, list[Author]] = {order: [] for order in roads}
    for author in event.authors:
        road_of = by_item.get(author.item) if author.item else by_unit.get(author.unit)
        if road_of is None:
            raise EventError("author_nowhere", event.line, name=author.person)
        found[road_of].append(author)
    return {order: tuple(authors) for order, authors in found.items()}


def _joined(holders: list[Holder]) -> list[Holder]:
    """One holder for each subject: whoever stands on several places holds them together, at the first."""
    first: dict[str, Holder] = {}
    for holder in holders:
        known = first.setdefault(holder.subject.id, holder)
        if known is not holder:
            known.slots = tuple(dict.fromkeys(known.slots + holder.slots))
            known.authors = tuple(dict.fromkeys(known.authors + holder.authors))
    return list(first.values())
