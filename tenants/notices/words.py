"""What notices are about, and the look of each sort."""

from django.db.models import Q

from tenants.notices.models import Occasion
from zhitong.web.parts import Tag

# sort of notice (first part, or the whole dotted name) -> icon of the list
_ICONS = {
    "review.task": "clipboard-list",
    "review.returned": "arrow-back-up",
    "review.declined": "circle-minus",
    "review.kept": "archive",
    "review": "circle-check",
    "event.instruction": "writing-sign",
    "event.adopted": "circle-check",
    "event.returned": "arrow-back-up",
    "event.not_ours": "arrow-back-up",
    "dispatch.returned": "arrow-back-up",
    "dispatch.not_ours": "arrow-back-up",
    "dispatch.unread": "hourglass",
    "dispatch": "mailbox",
    "event.assigned": "arrows-split-2",
    "event.replied": "message-reply",
    "event": "send",
    "handling": "briefcase",
    "paper": "speakerphone",
    "signing.declined": "user-off",
    "signing": "user-check",
    "account": "user",
    "targets": "target",
    "duties.award": "trophy",
    "duties": "clipboard-list",
}
# sort of notice (first part, or the whole dotted name) -> what it is about; `event` is what happened to one's report.
_OCCASIONS = {
    "review": Occasion.TASK,
    "review.approved": Occasion.RESULT,
    "review.returned": Occasion.RESULT,
    "review.declined": Occasion.RESULT,
    "review.kept": Occasion.RESULT,
    "review.copy": Occasion.OTHER,
    "signing": Occasion.STEP,
    "signing.asked": Occasion.TASK,
    "items.pen": Occasion.TASK,
    "event": Occasion.STEP,
    "event.adopted": Occasion.RESULT,
    "event.instruction": Occasion.RESULT,
    "event.replied": Occasion.RESULT,
    "event.published": Occasion.RESULT,
    "event.returned": Occasion.RESULT,
    "event.not_ours": Occasion.RESULT,
    "event.kept": Occasion.RESULT,
    "event.declined": Occasion.RESULT,
    "dispatch": Occasion.OFFICE,
    "handling": Occasion.OFFICE,
    "handling.opened": Occasion.RESULT,
}
_TAGS = {
    "event.instruction": Tag("批示", "pishi"),
    "event.adopted": Tag("采用", "green"),
    "event.returned": Tag("退回", "amber"),
    "review.returned": Tag("退回", "amber"),
    "review.task": Tag("待办", "blue"),
    "paper.call": Tag("约稿", "blue"),
    "signing.asked": Tag("联名", "blue"),
    "signing.declined": Tag("谢绝", "amber"),
    "review.approved": Tag("采用", "green"),
}


def icon_of(kind: str) -> str:
    """Return the icon of a sort of notice."""
    return _ICONS.get(kind) or _ICONS.get(kind.split(".", maxsplit=1)[0], "bell")


def tag_of(kind: str) -> Tag | None:
    """Return the tag of a sort of notice, None for a plain one."""
    return _TAGS.get(kind)


def occasion_of(kind: str) -> Occasion:
    """Return what a sort of notice is about, as far as its reader says how it is mailed."""
    return _OCCASIONS.get(kind) or _OCCASIONS.get(kind.split(".", maxsplit=1)[0], Occasion.OTHER)


def kinds_about(occasion: Occasion) -> Q:
    """Return the condition that the kind of a notice is about `occasion`, as `occasion_of` says."""
    named = Q(kind__in=[kind for kind, about in _OCCASIONS.items() if about == occasion])
    unnamed = ~Q(kind__in=list(_OCCASIONS))
    if occasion == Occasion.OTHER:
        return named | (unnamed & ~_begins_with([kind for kind in _OCCASIONS if "." not in kind]))
    first_parts = [kind for kind, about in _OCCASIONS.items() if about == occasion and "." not in kind]
    return named | (unnamed & _begins_with(first_parts)) if first_parts else named


def _begins_with(first_parts: list[str]) -> Q:
    return Q(kind__regex=rf"^({'|'.join(first_parts)})\.")
