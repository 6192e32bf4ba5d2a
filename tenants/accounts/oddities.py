"""What was refused in the unit because something was not what it said, in words: for its page and its export."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from zhitong.core.models import AuditEntry
from zhitong.core.operations import require_unit
from zhitong.exchange.models import Dispatch
from zhitong.web.templatetags.zt import zt_short

ORDER = ("-at", "-pk")
# action in the trail -> what it says
_WORDS = {
    "exchange.packet.tampered": "来稿与报送时的校验值不符",
    "documents.file.refused": "文件没有收下",
    "links.refused": "打开了不能用的一次性链接",
    "links.code_wrong": "一次性链接的验证码不对",
    "api.request_key.reused": "程序用同一个请求编号提交了不同的内容",
    "people.join.refused": "关联码不能用",
}
# why a code of joined accounts was refused -> what it says
_CODES = {
    "unknown": "没有这个关联码",
    "used": "关联码已经用过",
    "expired": "关联码已过时间",
    "same unit": "关联码是本单位的账号生成的",
}
_ENDS = {
    "used": "链接已经答复过",
    "revoked": "链接已被收回",
    "barred": "验证码输错次数过多，链接已停用",
    "expired": "链接已过期限",
    "open": "要答复的事已经有了结果",
    "unknown": "没有这个链接",
}


@dataclass(frozen=True, slots=True)
class Oddity:
    """When it happened, what it is called, what is said beyond that, and who did it."""

    at: datetime
    what: str
    more: str
    who: str


def oddities() -> QuerySet[AuditEntry]:
    """Return what was refused and left its trace (`errors.Trace`) or concerned a link."""
    return AuditEntry.objects.filter(unit_key=require_unit(), action__in=_WORDS)


def told(entries: Sequence[AuditEntry]) -> list[Oddity]:
    """Return entries in words, by one query."""
    opened = [entry.object_id for entry in entries if entry.object_kind == "dispatch"]
    senders = {str(one.uuid): one for one in Dispatch.objects.filter(uuid__in=opened).select_related("sender")}
    return [Oddity(entry.at, _WORDS[entry.action], _more(entry, senders), entry.actor_label) for entry in entries]


def _more(entry: AuditEntry, senders: dict[str, Dispatch]) -> str:
    """Return what the entry says beyond its kind: never a title, which its reader may not be allowed to see."""
    data: dict[str, Any] = json.loads(entry.content)["data"]
    if entry.object_kind == "dispatch":
        found = senders.get(entry.object_id)
        return f"{found.sender.short_name} {zt_short(found.sent_at)} 报来的一篇，没有接收" if found else ""
    if entry.action == "documents.file.refused":
        return f"{data['name']}：{data['reason']}"
    if entry.action == "people.join.refused":
        return _CODES[data["reason"]]
    if entry.action == "links.code_wrong":
        return f"第 {data['failures']} 次输错"
    return _ENDS.get(data.get("reason", ""), "")
