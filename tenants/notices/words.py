"""What notices say: the look of each sort, and one wording for what happened to an item somewhere on its way."""

from zhitong.core import glossary
from zhitong.exchange.models import AdoptionMode, EventKind
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
    "event": "send",
    "signing.declined": "user-off",
    "signing": "user-check",
    "account": "user",
}
_TAGS = {
    "event.instruction": Tag("批示", "pishi"),
    "event.adopted": Tag("采用", "green"),
    "event.returned": Tag("退回", "amber"),
    "review.returned": Tag("退回", "amber"),
    "review.task": Tag("待办", "blue"),
    "signing.asked": Tag("联名", "blue"),
    "signing.declined": Tag("谢绝", "amber"),
    "review.approved": Tag("采用", "green"),
}
_HAPPENED = {
    EventKind.SENT: "已报送",
    EventKind.RECEIVED: glossary.RECEIVED,
    EventKind.ACCEPTED: f"已收稿，{glossary.IN_REVIEW}",
    EventKind.RETURNED: "退回",
    EventKind.NOT_OURS: "退回，不属其范围",
    EventKind.RECALL_ASKED: "收到撤回请求",
    EventKind.RECALL_REFUSED: "不同意撤回",
    EventKind.RECALLED: "已撤回报送",
    EventKind.KEPT: "留存备用",
    EventKind.DECLINED: "没有采用",
    EventKind.INSTRUCTION: "有领导作出批示",
    EventKind.REPLIED: "已答复",
    EventKind.PUBLISHED: "已刊发",
}
_ADOPTED = {
    AdoptionMode.SINGLE: "单篇采用",
    AdoptionMode.MERGED: "综合采用",
    AdoptionMode.PASSED_ON: "转送采用",
}


def icon_of(kind: str) -> str:
    """Return the icon of a sort of notice."""
    return _ICONS.get(kind) or _ICONS.get(kind.split(".", maxsplit=1)[0], "bell")


def tag_of(kind: str) -> Tag | None:
    """Return the tag of a sort of notice, None for a plain one."""
    return _TAGS.get(kind)


def happened(place: str, kind: str, mode: str = "", *, reversed_kind: str = "") -> str:
    """Return what happened at `place` in one line: 佛山市政协：综合采用.

    It is the bare fact, which everybody below may know; leader, words and reasons are never part of it.

    Args:
        place: short name of the unit or body where it happened.
        kind: an `EventKind`.
        mode: an `AdoptionMode` when it is an adoption.
        reversed_kind: the kind of the event that this one takes back, empty when it takes nothing back.
    """
    if reversed_kind:
        return f"{place}：更正，原登记的“{EventKind(reversed_kind).label}”不再计算"
    if kind == EventKind.ADOPTED:
        return f"{place}：{_ADOPTED.get(AdoptionMode(mode), '采用') if mode else '采用'}"
    return f"{place}：{_HAPPENED.get(EventKind(kind), EventKind(kind).label)}"
