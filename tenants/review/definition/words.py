"""A flow in words, for pages, lists and the printed sheet."""

from collections.abc import Mapping, Sequence

from tenants.accounts.models import GroupKind
from tenants.items.models import Source, SubmitterKind, Urgency
from tenants.review.definition.model import DESTINATIONS, FIELD_WORDS, MODE_WORDS, Condition, Mode, Step, Who, WhoKind

_VALUE_WORDS: dict[str, Mapping[str, str]] = {
    "submitter_kind": {value: str(label) for value, label in SubmitterKind.choices},
    "urgency": {value: str(label) for value, label in Urgency.choices},
    "source": {value: str(label) for value, label in Source.choices},
    "destination": DESTINATIONS,
    "category": {},
}


def who_words(entries: Sequence[Who], posts: Mapping[str, str]) -> str:
    """Return whom a step asks: 研究室、提案委员会组长. `posts` are names of posts by code."""
    return "、".join(_who(entry, posts) for entry in entries)


def mode_words(step: Step) -> str:
    """Return how many must pass: 或签, 票签 2 票, 票签 60%."""
    if step.mode is Mode.N_OF_M:
        return f"票签 {step.percent}%" if step.percent else f"票签 {step.n} 票"
    return MODE_WORDS[step.mode]


def conditions_words(conditions: Sequence[Condition]) -> str:
    """Return conditions in words: 紧急程度为重要、紧急，来源不为约稿; empty without any."""
    return "，".join(_condition(condition) for condition in conditions)


def _condition(condition: Condition) -> str:
    words = _VALUE_WORDS[condition.field]
    values = "、".join(words.get(value, value) for value in condition.values)
    return f"{FIELD_WORDS[condition.field]}{'不为' if condition.negated else '为'}{values}"


def _who(entry: Who, posts: Mapping[str, str]) -> str:
    match entry.kind:
        case WhoKind.POST:
            return posts.get(entry.code, entry.code)
        case WhoKind.GROUP:
            return entry.name
        case WhoKind.GROUP_HEAD:
            return f"{entry.name}负责人"
        case WhoKind.USER:
            return entry.code
        case WhoKind.AUTHOR_HEAD:
            return f"反映人所在{GroupKind(entry.code).label if entry.code else '组织'}负责人"
        case WhoKind.CATEGORY_COMMITTEE:
            return "对口专委会"
        case WhoKind.CHOSEN_BY_PREVIOUS:
            return "上一步选定的人"
        case WhoKind.CHOSEN_BY_STARTER:
            return "提交时选定的人"
