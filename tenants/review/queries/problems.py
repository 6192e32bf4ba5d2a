"""What stands against publishing a flow, and what its administrator should know. Pure: a definition and the staff.

必须改 stops the publishing, 建议改 and 请知道 do not. `parse` has refused loops and steps that nothing leads to.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from tenants.accounts.models import GroupKind
from tenants.review.definition import (
    Definition,
    Mode,
    Names,
    OnEmpty,
    Reach,
    Step,
    Who,
    WhoKind,
    compare,
    reach,
)
from tenants.review.queries.staff import Member, Staff

_SOON = timedelta(days=60)
_LEADING = frozenset({"sign_off", "issue"})
_NAMED_AT_MOST = 5


class Level(StrEnum):
    """How much a problem weighs; in the order of a list of them."""

    MUST = "必须改"
    SHOULD = "建议改"
    KNOW = "请知道"


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the check: at which step (empty: the flow), at which field of it, in words."""

    level: Level
    text: str
    key: str = ""
    step: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class InUse:
    """The version in use, if any: what it says, and how many runs are under way on it."""

    definition: Definition | None = None
    number: int = 0
    running: int = 0
    is_default: bool = True


def find_problems(raw: Any, definition: Definition, staff: Staff, in_use: InUse, names: Names) -> list[Problem]:
    """Return all problems of a draft, the gravest first; `raw` is the JSON that `definition` was read from."""
    ways = reach(definition)
    found = list(_of_flow(definition, ways, staff, in_use))
    for place, step in enumerate(definition.steps):
        check = _StepCheck(definition, place, staff, ways, is_undecided="on_empty" not in raw["steps"][place])
        found += [Problem(level, text, step.key, step.name, name) for level, text, name in check.lines()]
    found += _against_version(definition, in_use, names)
    weights = list(Level)
    return sorted(found, key=lambda problem: weights.index(problem.level))


def must_fix(problems: Sequence[Problem]) -> list[Problem]:
    """Return those that stop the publishing."""
    return [problem for problem in problems if problem.level is Level.MUST]


Line = tuple[Level, str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """Whom an entry leads to: `people`, or `fault` why nobody; `wrong` when the entry names what does not exist.

    `depends` is set where the item decides: then nobody is known beforehand.
    """

    people: Sequence[Member] = ()
    fault: str = ""
    wrong: bool = False
    depends: bool = False


class _StepCheck:
    """Looks at one step."""

    def __init__(self, definition: Definition, place: int, staff: Staff, ways: Reach, *, is_undecided: bool) -> None:
        self.definition, self.place, self.staff, self.ways = definition, place, staff, ways
        self.step: Step = definition.steps[place]
        self.is_undecided = is_undecided
        self.found = [lead_to(entry, staff, deciding=self.step.mode is not Mode.JOINT) for entry in self.step.who]

    def lines(self) -> list[Line]:
        """Return what is to be said, as level, text and field; what must be mended anyhow is not advised as well."""
        found = list(self._every())
        must = {name for level, _, name in found if level is Level.MUST}
        return [line for line in found if line[0] is not Level.SHOULD or line[2] not in must]

    def _every(self) -> Iterator[Line]:
        yield from self._wrong_names()
        yield from self._vacancies()
        yield from self._by_item()
        yield from self._only_author()
        yield from self._leaving()
        yield from self._votes()
        yield from self._aids()
        if self.ways.is_complete and self.place not in self.ways.places:
            yield Level.SHOULD, "按现在的条件，没有信息会走到这一步", "when"

    def _wrong_names(self) -> Iterator[Line]:
        for name, entries in (
            ("who", self.step.who),
            ("collator", self.step.collator),
            ("late_to", self.step.late_to),
            ("cc", self.step.copies_to),
        ):
            for entry in (*entries, *(one for chosen in entries for one in chosen.among)):
                found = lead_to(entry, self.staff, deciding=False)
                if found.wrong:
                    yield Level.MUST, found.fault, name
        first = any(way and way[0] == self.place for way in self.ways.ways)
        if first and any(entry.kind is WhoKind.CHOSEN_BY_PREVIOUS for entry in self.step.who):
            yield Level.MUST, "是第一步，前面没有人来选由谁办", "who"

    def _vacancies(self) -> Iterator[Line]:
        empty = [one.fault for one in self.found if not one.people and not one.depends and not one.wrong]
        if not empty:
            if self.is_undecided:
                yield Level.SHOULD, "没有定空岗怎么办，现在按交单位管理员办", "on_empty"
            return
        said = "，".join(empty)
        if self.is_undecided:
            yield Level.MUST, f"{said}，没有定怎么办", "on_empty"
        elif len(empty) < len(self.found):
            yield Level.SHOULD, f"{said}，这一步先由其余的人办", "who"
        else:
            yield Level.SHOULD, f"{said}，{self._rule}", "who"
        if not self._skips and not self.staff.administrators:
            yield Level.MUST, "空岗要交单位管理员办，本单位没有能办的管理员", "on_empty"

    @property
    def _skips(self) -> bool:
        return self.step.on_empty is OnEmpty.SKIP and not self.is_undecided

    @property
    def _rule(self) -> str:
        return "按流程跳过" if self._skips else "交单位管理员办"

    def _by_item(self) -> Iterator[Line]:
        """Say for which items a step that depends on the item finds nobody."""
        for entry in self.step.who:
            if entry.kind is WhoKind.CATEGORY_COMMITTEE:
                yield from self._categories()
            if entry.kind is WhoKind.AUTHOR_HEAD:
                yield from self._headless(entry)

    def _categories(self) -> Iterator[Line]:
        empty = [name for name in self.staff.categories if not _committee(name, self.staff).people]
        if empty and len(self.step.who) == 1:
            text = f"{_some(empty, '类')}没有对口专委会"
            yield (
                (Level.MUST, f"{text}，没有定怎么办", "on_empty")
                if self.is_undecided
                else (
                    Level.SHOULD,
                    f"{text}，{self._rule}",
                    "who",
                )
            )
        elif empty:
            yield Level.KNOW, f"{_some(empty, '类')}没有对口专委会，由其余的人办", "who"

    def _headless(self, entry: Who) -> Iterator[Line]:
        circles = [circle for circle in self.staff.circles.values() if not entry.code or circle.kind == entry.code]
        word = GroupKind(entry.code).label if entry.code else "组织"
        empty = [circle.name for circle in circles if not circle.heads]
        level = Level.MUST if self.is_undecided and len(self.step.who) == 1 else Level.SHOULD
        rule = "没有定怎么办" if level is Level.MUST else self._rule
        if empty or not circles:
            which = _some(empty, f"个{word}") if empty else f"本单位还没有{word}，"
            yield level, f"{which}没有负责人，{rule}" if empty else f"{which}{rule}", "on_empty"
        else:
            yield Level.KNOW, f"负责人自己反映的信息到这一步{self._rule}", "who"

    def _author_alone(self) -> Member | None:
        """Return the only one who can do the step, when that one writes items too."""
        people = {member.pk: member for one in self.found for member in one.people}
        if any(one.depends for one in self.found) or len(people) != 1:
            return None
        only = next(iter(people.values()))
        return only if only.writes else None

    def _only_author(self) -> Iterator[Line]:
        only = self._author_alone()
        if only is None:
            return
        text = f"只有{only.name}能办，本人反映的信息到这一步"
        if self.is_undecided:
            yield Level.MUST, f"{text}没有人可办，没有定怎么办", "on_empty"
        elif self._skips:
            yield Level.KNOW, f"{text}按流程跳过", "who"
        elif all(member.pk == only.pk for member in self.staff.administrators):
            yield Level.MUST, f"{text}没有人可办：管理员也只有{only.name}", "who"
        else:
            yield Level.SHOULD, f"{text}要交单位管理员办", "who"

    def _leaving(self) -> Iterator[Line]:
        for entry in self.step.who:
            post = self.staff.posts.get(entry.code) if entry.kind is WhoKind.POST else None
            day = post.empty_from if post else None
            if post and day and day - self.staff.on <= _SOON:
                yield Level.SHOULD, f"{post.name}从 {_day(day, self.staff.on)} 起空岗", "who"

    def _votes(self) -> Iterator[Line]:
        people = {member.pk for one in self.found for member in one.people}
        known = not any(one.depends for one in self.found)
        if self.step.mode is Mode.N_OF_M and self.step.n > len(people) > 0 and known:
            yield Level.SHOULD, f"要 {self.step.n} 票，现在只有 {len(people)} 人办：全数同意才算通过", "mode"

    def _aids(self) -> Iterator[Line]:
        step = self.step
        if step.checklist and step.checklist not in self.staff.checklists:
            yield Level.MUST, f"本单位没有检查单“{step.checklist}”", "checklist"
        if step.limit_days is None and step.limit_hours is None:
            yield Level.SHOULD, "没有时限：不催办，也不算超期", "limit_days"
        for name, entries, what in (
            ("collator", step.collator, "由单位管理员汇总"),
            ("late_to", step.late_to, "超期后没有人可找"),
        ):
            found = [lead_to(entry, self.staff) for entry in entries]
            if found and not any(one.people or one.depends for one in found):
                yield Level.SHOULD, f"{'，'.join(one.fault for one in found)}，{what}", name


def _of_flow(definition: Definition, ways: Reach, staff: Staff, in_use: InUse) -> Iterator[Problem]:
    if not in_use.is_default and not definition.when:
        yield Problem(Level.SHOULD, "不是默认流程，也没有写收哪些信息：不会有信息走它", field="flow")
    asks = any(step.asks_destination for step in definition.steps)
    if definition.asks_for("destination") and not asks:
        yield Problem(Level.KNOW, "有的去向看拟报送，可是没有一步定它：只在报送审签时起作用", field="flow")
    if definition.asks_for("difficulty") and not any(step.asks_difficulty for step in definition.steps):
        yield Problem(Level.SHOULD, "有的条件看难易程度，可是没有一步定它：一律按一般办", field="flow")
    yield from _unled(definition, ways)
    if not definition.ask_once:
        yield from _asked_twice(definition, ways, staff)


def _unled(definition: Definition, ways: Reach) -> Iterator[Problem]:
    """Say after which steps an item is through without a leader's signature."""
    lasts = dict.fromkeys(
        way[-1] for way in ways.ways if way and not any(definition.steps[place].kind in _LEADING for place in way)
    )
    if not lasts:
        return
    if all(not way or way[-1] in lasts for way in ways.ways):
        yield Problem(Level.KNOW, "没有一步是审签或签发：不经领导签批就算通过", field="flow")
        return
    for place in lasts:
        step = definition.steps[place]
        yield Problem(Level.KNOW, "有的信息办完这一步就算通过，不经领导签批", step.key, step.name, "next")


def _asked_twice(definition: Definition, ways: Reach, staff: Staff) -> Iterator[Problem]:
    """Say who has to decide two steps running alone."""
    told: set[tuple[int, int]] = set()
    for way in ways.ways:
        for one, other in pairwise(way):
            first, second = _alone(definition.steps[one], staff), _alone(definition.steps[other], staff)
            if first is None or second is None or first.pk != second.pk or (one, other) in told:
                continue
            told.add((one, other))
            step = definition.steps[other]
            text = f"和“{definition.steps[one].name}”都只有{first.name}办，可以在流程设置里选只问一次"
            yield Problem(Level.KNOW, text, step.key, step.name, "who")


def _alone(step: Step, staff: Staff) -> Member | None:
    found = [lead_to(entry, staff) for entry in step.who]
    people = {member.pk: member for one in found for member in one.people}
    return next(iter(people.values())) if len(people) == 1 and not any(one.depends for one in found) else None


def _against_version(definition: Definition, in_use: InUse, names: Names) -> Iterator[Problem]:
    before = in_use.definition
    if before is None:
        return
    for step in definition.steps:
        place = before.place_of(step.key)
        old = before.steps[place] if place is not None else None
        if old and old.checklist and not step.checklist:
            text = f"没有检查单，第 {in_use.number} 版有"
            yield Problem(Level.SHOULD, text, step.key, step.name, "checklist")
    count = len(compare(before, definition, names))
    said = f"改了 {count} 处" if count else "没有不同"
    yield Problem(Level.KNOW, f"和在用的第 {in_use.number} 版比，{said}", field="compare")
    if in_use.running:
        yield Problem(Level.KNOW, f"在办 {in_use.running} 篇仍走第 {in_use.number} 版，不受影响", field="versions")


def lead_to(entry: Who, staff: Staff, *, deciding: bool = True) -> Found:
    """Return whom an entry leads to today; with `deciding` off, also those who may not decide."""
    match entry.kind:
        case WhoKind.POST:
            post = staff.posts.get(entry.code)
            if post is None:
                return Found(fault=f"本单位没有岗位“{entry.code}”", wrong=True)
            return _able(post.holders, post.name, "空岗", deciding=deciding)
        case WhoKind.USER:
            member = staff.users.get(entry.code)
            if member is None:
                return Found(fault=f"没有账号“{entry.code}”，或者已停用", wrong=True)
            return _able([member], member.name, "停用", deciding=deciding)
        case WhoKind.GROUP | WhoKind.GROUP_HEAD:
            circle = staff.circles.get((entry.code, entry.name))
            if circle is None:
                return Found(fault=f"本单位没有{GroupKind(entry.code).label}“{entry.name}”", wrong=True)
            heads = entry.kind is WhoKind.GROUP_HEAD
            said = "没有负责人" if heads else "没有成员"
            return _able(circle.heads if heads else circle.members, circle.name, said, deciding=deciding)
        case WhoKind.CHOSEN_BY_PREVIOUS | WhoKind.CHOSEN_BY_STARTER:
            every = [lead_to(one, staff, deciding=deciding) for one in entry.among]
            people = [member for one in every for member in one.people] if entry.among else staff.deciders
            if not people and not any(one.depends for one in every):
                return Found(fault="可选的范围里没有人")
            return Found(depends=True)
        case WhoKind.AUTHOR_HEAD | WhoKind.CATEGORY_COMMITTEE:
            return Found(depends=True)


def _able(people: Sequence[Member], name: str, said: str, *, deciding: bool) -> Found:
    able = [member for member in people if member.decides or not deciding]
    if able:
        return Found(able)
    if people:
        return Found(fault=f"{name}（{'、'.join(member.name for member in people)}）没有审核权限")
    return Found(fault=f"{name}{said}")


def _committee(category: str, staff: Staff) -> Found:
    key = staff.committees.get(category)
    circle = staff.circles.get(key) if key else None
    if circle is None:
        return Found()
    return Found([member for member in (*circle.heads, *circle.members) if member.decides])


def _some(names: Sequence[str], unit: str) -> str:
    if len(names) <= _NAMED_AT_MOST:
        return "、".join(names)
    return f"{'、'.join(names[:3])}等 {len(names)} {unit}"


def _day(day: date, on: date) -> str:
    return f"{day:%m-%d}" if day.year == on.year else f"{day:%Y-%m-%d}"
