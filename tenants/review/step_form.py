"""A step of a draft as the editor's fields: from its JSON, from what was posted, and back. It holds what was typed.

A list of people is a row of selects, each one entry, and one more that is empty: choosing there adds, choosing nothing
takes away; so it works without any script. A condition is a row of boxes; a row without a tick is gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from tenants.review.definition import FIELD_WORDS, VERB_WORDS, Mode, OnLate, Who, WhoKind, parse_who
from tenants.review.definition.editing import tidied
from tenants.review.definition.pieces import END, Fault
from zhitong.core.errors import InvalidInput
from zhitong.core.text import clean, whole_number

NEXT, GONE = "", "-"  # where a way out leads: to the step behind this one; nowhere, it is taken away
_CHOSEN = {WhoKind.CHOSEN_BY_PREVIOUS, WhoKind.CHOSEN_BY_STARTER}
_ROWS_AT_MOST = 40
_NUMBERS = ("limit_days", "limit_hours", "remind_hours")
# Which field of the form shows a fault of which part of the JSON.
_FIELD_OF = {"posts": "who", "next": "links", "n": "votes", "percent": "votes"}


@dataclass(slots=True)
class ConditionRow:
    """One condition: what it asks, whether negated, and the values ticked."""

    asks: str
    negated: bool = False
    values: list[str] = field(default_factory=list)


@dataclass(slots=True)
class LinkRow:
    """One way out: its target (a key, the end, or `NEXT`) and its conditions."""

    to: str
    when: list[ConditionRow] = field(default_factory=list)


@dataclass(slots=True)
class WhoRow:
    """One entry of those asked, as the value of its select, with the limits of a choice."""

    value: str
    among: list[str] = field(default_factory=list)


@dataclass(slots=True)
class StepFields:
    """Everything the panel shows of a step, as text; `errors` by field."""

    key: str
    name: str = ""
    kind: str = ""
    who: list[WhoRow] = field(default_factory=list)
    mode: str = Mode.ANY
    votes: str = ""
    votes_unit: str = "n"
    collator: list[str] = field(default_factory=list)
    limit_days: str = ""
    limit_hours: str = ""
    remind_hours: str = ""
    on_empty: str = ""
    on_late: str = OnLate.MARK
    late_to: list[str] = field(default_factory=list)
    checklist: str = ""
    may: list[str] = field(default_factory=lambda: list(VERB_WORDS))
    when: list[ConditionRow] = field(default_factory=list)
    links: list[LinkRow] = field(default_factory=list)
    cc: list[str] = field(default_factory=list)
    asks_destination: bool = False
    asks_difficulty: bool = False
    verifying_pauses: bool = True
    errors: dict[str, list[str]] = field(default_factory=dict)

    def put_fault(self, fault: Fault, place: int) -> bool:
        """Put a fault of the definition on its field; return False when it lies at another step."""
        path = fault.path
        if path[:2] != ("steps", place):
            return False
        name = str(path[2]) if len(path) > 2 else ""
        shown = _FIELD_OF.get(name, name)
        self.errors.setdefault(shown if hasattr(self, shown) else "", []).append(fault.message)
        return True


def fields_of(step: Mapping[str, Any]) -> StepFields:
    """Return the fields of a step as it is written."""
    whos = step.get("who") or [{"kind": WhoKind.POST, "post": post} for post in step.get("posts", [])]
    percent = step.get("percent")
    return StepFields(
        key=step["key"],
        name=step["name"],
        kind=step.get("kind", ""),
        who=[WhoRow(value_of(one), [value_of(each) for each in one.get("among", [])]) for one in whos],
        mode=step.get("mode", Mode.ANY),
        votes=str(step.get("n") or percent or ""),
        votes_unit="percent" if percent else "n",
        collator=[value_of(one) for one in step.get("collator", [])],
        limit_days=str(step.get("limit_days") or ""),
        limit_hours=str(step.get("limit_hours") or ""),
        remind_hours=str(step.get("remind_hours") or ""),
        on_empty=step.get("on_empty", ""),
        on_late=step.get("on_late", OnLate.MARK),
        late_to=[value_of(one) for one in step.get("late_to", [])],
        checklist=step.get("checklist", ""),
        may=list(step.get("may", VERB_WORDS)),
        when=condition_rows(step.get("when", [])),
        links=[LinkRow(one["to"], condition_rows(one.get("when", []))) for one in step.get("next", [])]
        or [LinkRow(NEXT)],
        cc=[value_of(one) for one in step.get("cc", [])],
        asks_destination=step.get("asks_destination", False),
        asks_difficulty=step.get("asks_difficulty", False),
        verifying_pauses=step.get("verifying_pauses", True),
    )


def read_step(key: str, post: QueryDict) -> StepFields:
    """Return what was posted, as it was typed."""
    return StepFields(
        key=key,
        name=post.get("name", ""),
        kind=post.get("kind", ""),
        who=[
            WhoRow(value, _given(post, f"among-{place}"))
            for place, value in enumerate(post.getlist("who")[:_ROWS_AT_MOST])
            if value
        ],
        mode=post.get("mode", Mode.ANY),
        votes=post.get("votes", ""),
        votes_unit="percent" if post.get("votes_unit") == "percent" else "n",
        collator=_given(post, "collator"),
        limit_days=post.get("limit_days", "").strip(),
        limit_hours=post.get("limit_hours", "").strip(),
        remind_hours=post.get("remind_hours", "").strip(),
        on_empty=post.get("on_empty", ""),
        on_late=post.get("on_late", OnLate.MARK),
        late_to=_given(post, "late_to"),
        checklist=post.get("checklist", ""),
        may=post.getlist("may"),
        when=read_conditions(post, "when"),
        links=_read_links(post),
        cc=_given(post, "cc"),
        asks_destination="asks_destination" in post,
        asks_difficulty="asks_difficulty" in post,
        verifying_pauses="verifying_pauses" in post,
    )


def raw_of(fields: StepFields, behind: str) -> dict[str, Any]:
    """Return the JSON of what was typed; what is no number stays a text, so that `parse` refuses it at its place.

    Args:
        behind: key of the step behind this one, or the end: where `NEXT` leads among several ways.
    """
    whos = [_who(row.value) | _among(row) for row in fields.who]
    posts = [one["post"] for one in whos if one["kind"] == WhoKind.POST]
    raw: dict[str, Any] = {
        "key": fields.key,
        "name": one_line(fields.name),
        "kind": fields.kind,
        **({"posts": posts} if len(posts) == len(whos) else {"who": whos}),
        "mode": fields.mode,
        **({fields.votes_unit: _number(fields.votes)} if fields.mode == Mode.N_OF_M else {}),
        "collator": [_who(value) for value in fields.collator] if fields.mode == Mode.JOINT else [],
        **{name: _number(getattr(fields, name)) for name in _NUMBERS},
        "on_empty": fields.on_empty,
        "on_late": fields.on_late,
        "late_to": [_who(value) for value in fields.late_to] if fields.on_late != OnLate.MARK else [],
        "checklist": fields.checklist,
        "when": conditions_of(fields.when),
        "cc": [_who(value) for value in fields.cc],
        "asks_destination": fields.asks_destination,
        "asks_difficulty": fields.asks_difficulty,
        "verifying_pauses": fields.verifying_pauses,
        "next": _links_of(fields.links, behind),
    }
    if sorted(fields.may) != sorted(VERB_WORDS):
        raw["may"] = [verb for verb in VERB_WORDS if verb in fields.may] + sorted(set(fields.may) - set(VERB_WORDS))
    return tidied(raw)


def one_line(text: str) -> str:
    """Return a name as it is kept; what is not legible stays, so that `parse` refuses it by its place."""
    try:
        return " ".join(clean(text).split())
    except ValueError:
        return text


def value_of(who: Mapping[str, Any]) -> str:
    """Return an entry of those asked as the value of a select: kind, code and name."""
    code = who.get("post") or who.get("username") or who.get("group_kind") or ""
    return f"{who['kind']}:{code}:{who.get('name', '')}"


def who_of(row: WhoRow) -> Who | None:
    """Return the entry that a row stands for, None when no flow could say so."""
    try:
        return parse_who(_who(row.value) | _among(row))
    except InvalidInput:
        return None


def raw_who(row: WhoRow) -> dict[str, Any] | None:
    """Return the JSON of a row, None when it stands for nobody."""
    return None if who_of(row) is None else _who(row.value) | _among(row)


def _who(value: str) -> dict[str, Any]:
    kind, _, rest = value.partition(":")
    code, _, name = rest.partition(":")
    match kind:
        case WhoKind.POST:
            return {"kind": kind, "post": code}
        case WhoKind.USER:
            return {"kind": kind, "username": code}
        case WhoKind.GROUP | WhoKind.GROUP_HEAD:
            return {"kind": kind, "group_kind": code, "name": name}
        case WhoKind.AUTHOR_HEAD:
            return {"kind": kind, "group_kind": code} if code else {"kind": kind}
        case _:
            return {"kind": kind}


def _among(row: WhoRow) -> dict[str, Any]:
    chosen = row.value.partition(":")[0] in _CHOSEN
    return {"among": [_who(value) for value in row.among]} if chosen and row.among else {}


# --- conditions and ways out ------------------------------------------------------------------------------------------


def condition_rows(raw: Sequence[Mapping[str, Any]]) -> list[ConditionRow]:
    """Return conditions as rows."""
    return [ConditionRow(one["field"], "not_in" in one, list(one.get("in") or one.get("not_in") or [])) for one in raw]


def conditions_of(rows: Sequence[ConditionRow]) -> list[dict[str, Any]]:
    """Return the JSON of rows; those without a tick are gone."""
    return [{"field": row.asks, "not_in" if row.negated else "in": row.values} for row in rows if row.values]


def read_conditions(post: QueryDict, prefix: str) -> list[ConditionRow]:
    """Return the rows posted under `prefix`, and the one that was added (`prefix-add`: field and value)."""
    rows = [
        ConditionRow(
            post.get(f"{prefix}-{n}-field", ""),
            post.get(f"{prefix}-{n}-op") == "not_in",
            post.getlist(f"{prefix}-{n}-v"),
        )
        for n in range(_ROWS_AT_MOST)
        if f"{prefix}-{n}-field" in post
    ]
    rows = [row for row in rows if row.values]
    name, _, value = post.get(f"{prefix}-add", "").partition(":")
    if name in FIELD_WORDS and value:
        same = next((row for row in rows if row.asks == name and not row.negated), None)
        if same is None:
            rows.append(ConditionRow(name, values=[value]))
        elif value not in same.values:
            same.values.append(value)
    return rows


def _read_links(post: QueryDict) -> list[LinkRow]:
    rows = [
        LinkRow(post.get(f"link-{n}-to", NEXT), read_conditions(post, f"link-{n}-when"))
        for n in range(_ROWS_AT_MOST)
        if f"link-{n}-to" in post
    ]
    last = rows[-1] if rows and not rows[-1].when else None
    rows = [row for row in rows if row.to != GONE and (row.when or row is last)]
    added = read_conditions(post, "link")
    if added:
        rows.insert(max(0, len(rows) - 1), LinkRow(END, added))
    return rows or [LinkRow(NEXT)]


def _links_of(rows: Sequence[LinkRow], behind: str) -> list[dict[str, Any]]:
    """Return the JSON of the ways out; nothing when the only one leads to the step behind, which needs no word."""
    if len(rows) == 1 and rows[0].to == NEXT and not conditions_of(rows[0].when):
        return []
    found: list[dict[str, Any]] = []
    for row in rows:
        when = conditions_of(row.when)
        found.append({"to": row.to or behind} | ({"when": when} if when else {}))
    return found


def _given(post: QueryDict, name: str) -> list[str]:
    return [value for value in post.getlist(name)[:_ROWS_AT_MOST] if value]


def _number(text: str) -> int | str | None:
    text = text.strip()
    if not text:
        return None
    number = whole_number(text, 5)
    return text if number is None else number
