"""A flow in words, for pages, lists, comparisons and the printed sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tenants.accounts.models import GroupKind
from tenants.items.models import Source, SubmitterKind, Urgency
from tenants.review.definition.model import (
    CHOSEN,
    DESTINATIONS,
    DIFFICULTIES,
    FIELD_WORDS,
    MODE_WORDS,
    STAGES,
    VERB_WORDS,
    Condition,
    Definition,
    Link,
    Mode,
    OnEmpty,
    OnLate,
    Step,
    Who,
    WhoKind,
)

# The values that conditions may name, in words; categories are the unit's own words.
VALUE_WORDS: dict[str, Mapping[str, str]] = {
    "submitter_kind": {value: str(label) for value, label in SubmitterKind.choices},
    "urgency": {value: str(label) for value, label in Urgency.choices},
    "source": {value: str(label) for value, label in Source.choices},
    "destination": DESTINATIONS,
    "difficulty": DIFFICULTIES,
    "category": {},
}
EMPTY_WORDS = {OnEmpty.SKIP: "跳过，按在岗的人算", OnEmpty.ADMINISTRATOR: "交单位管理员办"}
LATE_WORDS = {OnLate.MARK: "只标超期", OnLate.ESCALATE: "报告", OnLate.HAND_ON: "转交"}
END_WORD = "办结"


@dataclass(frozen=True, slots=True)
class Names:
    """What codes are called in a unit: posts and checklists by code, users by login name."""

    posts: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)
    checklists: Mapping[str, str] = field(default_factory=dict)


def who_words(entries: Sequence[Who], posts: Mapping[str, str], users: Mapping[str, str] | None = None) -> str:
    """Return whom a step asks: 研究室、提案委员会负责人. `posts` are names by code, `users` names by login name."""
    return "、".join(_who(entry, posts, users or {}) for entry in entries)


def mode_words(step: Step) -> str:
    """Return how many must pass: 或签, 票签 2 票, 票签 60%."""
    if step.mode is Mode.N_OF_M:
        return f"票签 {step.percent}%" if step.percent else f"票签 {step.n} 票"
    return MODE_WORDS[step.mode]


def conditions_words(conditions: Sequence[Condition]) -> str:
    """Return conditions in words: 紧急程度为重要、紧急，来源不为约稿; empty without any."""
    return "，".join(
        f"{FIELD_WORDS[one.field]}{'不为' if one.negated else '为'}{values_words(one)}" for one in conditions
    )


def values_words(condition: Condition) -> str:
    """Return the values of a condition alone: 重要、紧急."""
    words = VALUE_WORDS[condition.field]
    return "、".join(words.get(value, value) for value in condition.values)


def limits_words(step: Step) -> str:
    """Return both limits of a step: 2 个工作日，紧急件 4 小时; 不限时 without any."""
    days = f"{step.limit_days} 个工作日" if step.limit_days else ""
    hours = f"{'紧急件 ' if days else ''}{step.limit_hours} 小时" if step.limit_hours else ""
    return "，".join(word for word in (days, hours) if word) or "不限时"


def links_words(definition: Definition, links: Sequence[Link]) -> str:
    """Return where a step leads: 紧急程度为紧急，到秘书长签发；其余，到主席审定."""
    if len(links) == 1:
        return _place_words(definition, links[0].to)
    said = [f"{conditions_words(link.when) or '其余'}，到{_place_words(definition, link.to)}" for link in links]
    return "；".join(said)


def step_words(definition: Definition, place: int, names: Names) -> dict[str, str]:
    """Return everything a step says, by label, empty where it says nothing; the same labels for every step."""
    step = definition.steps[place]

    def asked(entries: Sequence[Who]) -> str:
        return who_words(entries, names.posts, names.users)

    late = LATE_WORDS[step.on_late]
    return {
        "步骤": step.name,
        "性质": STAGES.get(step.kind, ""),
        "谁办": asked(step.who),
        "怎样算通过": mode_words(step),
        "汇总": asked(step.collator),
        "时限": limits_words(step),
        "到期前": f"{step.remind_hours} 小时提醒" if step.remind_hours else "",
        "超期": late + asked(step.late_to),
        "空岗": EMPTY_WORDS[step.on_empty],
        "检查单": names.checklists.get(step.checklist, step.checklist),
        "可以做": "、".join(word for verb, word in VERB_WORDS.items() if verb in step.may) or "只能通过",
        "条件": conditions_words(step.when),
        "去向": links_words(definition, step.links),
        "抄送": asked(step.copies_to),
        "定报送去向": "在这一步定" if step.asks_destination else "",
        "定难易程度": "在这一步定" if step.asks_difficulty else "",
        "核实时": "停表" if step.verifying_pauses else "不停表",
    }


def flow_words(definition: Definition) -> dict[str, str]:
    """Return what a flow says of itself, by label."""
    return {
        "收哪些信息": conditions_words(definition.when) or "不限",
        "同一人连着两步": "只问一次" if definition.ask_once else "每步都问",
    }


def _place_words(definition: Definition, place: int | None) -> str:
    return END_WORD if place is None else definition.steps[place].name


def _who(entry: Who, posts: Mapping[str, str], users: Mapping[str, str]) -> str:
    among = f"（限{who_words(entry.among, posts, users)}）" if entry.kind in CHOSEN and entry.among else ""
    match entry.kind:
        case WhoKind.POST:
            return posts.get(entry.code, entry.code)
        case WhoKind.GROUP:
            return entry.name
        case WhoKind.GROUP_HEAD:
            return f"{entry.name}负责人"
        case WhoKind.USER:
            return users.get(entry.code, entry.code)
        case WhoKind.AUTHOR_HEAD:
            return f"反映人所在{GroupKind(entry.code).label if entry.code else '组织'}负责人"
        case WhoKind.CATEGORY_COMMITTEE:
            return "对口专委会"
        case WhoKind.CHOSEN_BY_PREVIOUS:
            return f"上一步选定的人{among}"
        case WhoKind.CHOSEN_BY_STARTER:
            return f"提交时选定的人{among}"
