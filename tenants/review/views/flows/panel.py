"""The panel beside the drawing: what a step's fields can be chosen from, and who stands behind each choice today."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tenants.accounts.models import GroupKind
from tenants.items.fields import CIRCULARS
from tenants.review.definition import (
    EMPTY_WORDS,
    FIELD_WORDS,
    LATE_WORDS,
    MODE_WORDS,
    STAGES,
    VALUE_WORDS,
    VERB_WORDS,
    Mode,
    WhoKind,
    who_words,
)
from tenants.review.definition.editing import steps_of
from tenants.review.definition.pieces import END
from tenants.review.queries import Staff, lead_to
from tenants.review.step_form import GONE, NEXT, ConditionRow, StepFields, WhoRow, who_of
from tenants.review.views.flows.state import Editor

Options = Sequence[tuple[str, Sequence[tuple[str, str]]]]
_SHOWN_AT_MOST = 3
_CHOSEN = ("chosen_by_previous", "chosen_by_starter")


@dataclass(frozen=True, slots=True)
class Select:
    """One select: its id, name, value, what it offers by group, the words of the empty choice; `adds` an entry."""

    id: str
    name: str
    value: str
    options: Options
    empty: str
    label: str
    adds: bool = False


@dataclass(frozen=True, slots=True)
class WhoLine:
    """One entry of those asked: its select, who that is today, whether nobody is; `among` limits a choice."""

    select: Select
    people: str = ""
    empty: str = ""
    among: Sequence[Select] = ()


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One condition: what it asks, its values to tick; `prefix` names its fields."""

    prefix: str
    word: str
    row: ConditionRow
    values: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One way out of a step: where to, and on which conditions; the last one takes the rest."""

    to: Select
    conditions: Sequence[ConditionLine] = ()
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class StepPanel:
    """Everything the panel of a step draws."""

    fields: StepFields
    number: int
    stages: Sequence[tuple[str, str]]
    who: Sequence[WhoLine]
    modes: Sequence[tuple[str, str]]
    collator: Sequence[WhoLine]
    lates: Sequence[tuple[str, str]]
    late_to: Sequence[WhoLine]
    empties: Sequence[tuple[str, str]]
    checklists: Sequence[tuple[str, str]]
    verbs: Sequence[tuple[str, str]]
    conditions: Sequence[ConditionLine]
    condition_add: Select
    links: Sequence[LinkLine]
    link_add: Select
    copies: Sequence[WhoLine]
    problems: dict[str, list[str]] = field(default_factory=dict)


def step_panel(editor: Editor) -> StepPanel | None:
    """Return the panel of the chosen step, None when there is none."""
    fields, place = editor.fields, editor.place
    if fields is None or place is None:
        return None
    staff = editor.staff
    asked = _Asked(staff)
    deciding = fields.mode != Mode.JOINT
    problems: dict[str, list[str]] = {}
    for problem in editor.problems:
        if problem.key == fields.key:
            problems.setdefault(problem.field, []).append(f"{problem.level}：{problem.text}")
    checklists = dict(staff.checklists)
    if fields.checklist:
        checklists.setdefault(fields.checklist, f"{fields.checklist}（本单位没有）")
    return StepPanel(
        fields=fields,
        number=place + 1,
        stages=list(STAGES.items()),
        who=asked.lines("who", fields.who, "加岗位或人", deciding=deciding),
        modes=[(mode.value, word) for mode, word in MODE_WORDS.items()],
        collator=asked.lines("collator", _rows(fields.collator), "加汇总人"),
        lates=[(late.value, word) for late, word in LATE_WORDS.items()],
        late_to=asked.lines("late_to", _rows(fields.late_to), "加一位"),
        empties=[(rule.value, word) for rule, word in EMPTY_WORDS.items()],
        checklists=list(checklists.items()),
        verbs=list(VERB_WORDS.items()),
        conditions=condition_lines("when", fields.when, staff),
        condition_add=condition_select("when", staff, "加条件"),
        links=_links(editor, fields, place),
        link_add=condition_select("link", staff, "加一条去向，条件是"),
        copies=asked.lines("cc", _rows(fields.cc), "加抄送"),
        problems=problems,
    )


def who_select(staff: Staff, value: str, *, id_: str, name: str, empty: str, label: str) -> Select:
    """Return a select of everybody a step can ask."""
    return Select(id_, name, value, _with(_options(staff), value), empty, label)


def condition_select(prefix: str, staff: Staff, empty: str, *, value: str = "", adds: bool = True) -> Select:
    """Return the select that names a field with one of its values: by default it adds a condition."""
    options = [
        (word, [(f"{name}:{value}", f"{word}：{label}") for value, label in _values(name, staff)])
        for name, word in FIELD_WORDS.items()
    ]
    return Select(f"f-{prefix}-add", f"{prefix}-add", value, options, empty, empty, adds=adds)


def condition_lines(prefix: str, rows: Sequence[ConditionRow], staff: Staff) -> list[ConditionLine]:
    """Return conditions to be ticked."""
    found = []
    for n, row in enumerate(rows):
        known = _values(row.asks, staff)
        own = [(value, value) for value in row.values if value not in dict(known)]
        found.append(ConditionLine(f"{prefix}-{n}", FIELD_WORDS.get(row.asks, row.asks), row, [*known, *own]))
    return found


def step_select(editor: Editor, value: str, *, name: str, label: str, start: str = "") -> Select:
    """Return a select of the flow's steps; `start` are the words for a place before all of them."""
    steps = [(step["key"], f"{n}. {step['name']}") for n, step in enumerate(steps_of(editor.raw), 1)]
    return Select(f"f-{name}", name, value, [("", steps)], start, label)


def _links(editor: Editor, fields: StepFields, place: int) -> list[LinkLine]:
    steps = steps_of(editor.raw)
    behind = steps[place + 1]["name"] if place + 1 < len(steps) else "办结"
    targets = [(step["key"], step["name"]) for step in steps[place + 1 :]]
    lines = []
    for n, row in enumerate(fields.links):
        last = n == len(fields.links) - 1
        ends = [(END, "办结")] + ([] if last and len(fields.links) == 1 else [(GONE, "去掉这条去向")])
        options = [("", targets), ("", ends)]
        known = {value for _, group in options for value, _ in group}
        if row.to not in known and row.to != NEXT:
            options.append(("", [(row.to, f"{row.to}（没有这一步）")]))
        to = Select(f"f-link-{n}", f"link-{n}-to", row.to, options, f"下一步：{behind}", "到")
        lines.append(LinkLine(to, condition_lines(f"link-{n}-when", row.when, editor.staff), is_rest=last))
    return lines


def _rows(values: Sequence[str]) -> list[WhoRow]:
    return [WhoRow(value) for value in values]


def _values(name: str, staff: Staff) -> list[tuple[str, str]]:
    if name == "category":
        return [(category, category) for category in (*staff.categories, CIRCULARS)]
    return list(VALUE_WORDS.get(name, {}).items())


class _Asked:
    """Draws lists of those asked."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        self.options = _options(staff)

    def lines(self, name: str, rows: Sequence[WhoRow], empty: str, *, deciding: bool = True) -> list[WhoLine]:
        """Return a line for each entry and one more that adds."""
        found = [self._line(name, n, row, deciding=deciding) for n, row in enumerate(rows)]
        added = Select(f"f-{name}-{len(rows)}", name, "", self.options, empty, empty, adds=True)
        return [*found, WhoLine(added)]

    def _line(self, name: str, n: int, row: WhoRow, *, deciding: bool) -> WhoLine:
        select = Select(
            f"f-{name}-{n}", name, row.value, _with(self.options, row.value), "去掉这一项", f"第 {n + 1} 项"
        )
        kind = row.value.partition(":")[0]
        among: list[Select] = []
        if name == "who" and kind in _CHOSEN:
            options = [group for group in self.options if group[0] != _BY_ITEM]
            among = [
                Select(f"f-among-{n}-{m}", f"among-{n}", value, _with(options, value), "去掉这一项", "可选范围")
                for m, value in enumerate(row.among)
            ]
            limit = "加可选范围" if row.among else "谁都可以选，或限于"
            among.append(Select(f"f-among-{n}-{len(row.among)}", f"among-{n}", "", options, limit, limit, adds=True))
        people, fault = self._people(row, deciding=deciding)
        return WhoLine(select, people, fault, among)

    def _people(self, row: WhoRow, *, deciding: bool) -> tuple[str, str]:
        entry = who_of(row)
        if entry is None:
            return "", "这一项不认识"
        found = lead_to(entry, self.staff, deciding=deciding)
        if found.depends:
            return "", ""
        names = [member.name for member in found.people]
        more = f"等 {len(names)} 人" if len(names) > _SHOWN_AT_MOST else ""
        return "、".join(names[:_SHOWN_AT_MOST]) + more, found.fault


_BY_ITEM = "看是哪一篇"


def _options(staff: Staff) -> list[tuple[str, list[tuple[str, str]]]]:
    by_item = [f"{WhoKind.AUTHOR_HEAD}::", *(f"{WhoKind.AUTHOR_HEAD}:{kind}:" for kind in GroupKind.values)]
    by_item += [f"{kind}::" for kind in (WhoKind.CATEGORY_COMMITTEE, *_CHOSEN)]
    circles = list(staff.circles)
    return [
        ("岗位", [(f"{WhoKind.POST}:{code}:", post.name) for code, post in staff.posts.items()]),
        (_BY_ITEM, [(value, _word(value, staff)) for value in by_item]),
        ("负责人", [(f"{WhoKind.GROUP_HEAD}:{kind}:{name}", f"{name}负责人") for kind, name in circles]),
        ("整个组织", [(f"{WhoKind.GROUP}:{kind}:{name}", name) for kind, name in circles]),
        ("具名的人", [(f"{WhoKind.USER}:{one.username}:", one.name) for one in staff.deciders]),
    ]


def _word(value: str, staff: Staff) -> str:
    entry = who_of(WhoRow(value))
    return who_words([entry], staff.names.posts, staff.names.users) if entry else value


def _with(options: Options, value: str) -> Options:
    """Offer the value that stands there too, though the unit has no such post, group or person."""
    if not value or any(value == known for _, group in options for known, _ in group):
        return options
    word = value.split(":", 2)
    return [*options, ("本单位没有", [(value, word[2] or word[1] if len(word) == 3 else value)])]
