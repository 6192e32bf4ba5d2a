"""One received dispatch: its frozen text, what to do with it, what its sender asks."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.models import actor_of
from tenants.desk import operations, queries
from tenants.desk.declining import decline_for, decline_reasons
from tenants.items.comparison import compare
from tenants.items.models import Item
from tenants.items.texts import LABELS, SECTIONS, Texts
from tenants.items.views.common import reader
from zhitong.core import glossary
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, leaving_traces
from zhitong.documents import downloads
from zhitong.exchange import operations as exchange
from zhitong.exchange import packets
from zhitong.exchange.models import Dispatch, Grant
from zhitong.web import navigation, parts
from zhitong.web.parts import Action, Fact, Passage, SayBox
from zhitong.web.templatetags.zt import zt_short

_OPEN = (Dispatch.State.SENT, Dispatch.State.RECEIVED)
_VERBS = {"return": "退回", "refer": "不属本单位", "keep": glossary.KEPT, "decline": glossary.DECLINED}
_REFUSES = "refuse_recall"
_ASKING = _VERBS | {_REFUSES: "不同意撤回"}


@login_required
@require_safe
def dispatch(request: HttpRequest, dispatch_uuid: UUID) -> HttpResponse:
    """One received dispatch: the frozen text and what to do with it; `?decide=` opens the reason box."""
    reader(request).actor.require("exchange.receive")
    return _page(request, queries.received_dispatch(dispatch_uuid), request.GET.get("decide", ""))


@login_required
@require_POST
def act(request: HttpRequest, dispatch_uuid: UUID) -> HttpResponse:
    """Receipt, take in, return, keep or decline; a missing reason is asked for beside what was typed."""
    actor, verb = reader(request).actor, request.POST.get("verb", "")
    if verb == "receive":
        exchange.receive(actor=actor, dispatch_uuid=dispatch_uuid)
        messages.success(request, "已签收。")
        return redirect("desk:dispatch", dispatch_uuid=dispatch_uuid)
    if verb == "accept":
        item = operations.accept(actor=actor, dispatch_uuid=dispatch_uuid)
        messages.success(request, f"已收为本单位稿件，编号 {item.number}，进入审核。")
        return redirect("desk:item", item_uuid=item.uuid)
    if verb == "grant_recall":
        operations.grant_recall(actor=actor, dispatch_uuid=dispatch_uuid)
        messages.success(request, "已同意撤回，报送单位会收到通知。")
        return redirect("desk:inbox")
    work = _WORK.get(verb)
    if work is None:
        raise InvalidInput("请选择一种处理：签收、收稿、退回、不属本单位、留存或不采用。")
    try:
        work(actor, dispatch_uuid, request.POST)
    except InvalidInput as refusal:
        return _page(request, queries.received_dispatch(dispatch_uuid), verb, refusal=refusal)
    messages.success(request, f"{_DONE[verb]}，报送单位会看到理由。")
    return redirect("desk:inbox")


_DONE = {
    "return": glossary.SENT_BACK,
    "refer": "已退回，注明不属本单位",
    "keep": f"已{glossary.KEPT}",
    "decline": f"已{glossary.DECLINED}",
    _REFUSES: "已答复不同意撤回",
}
_WORK: dict[str, Callable[[Actor, UUID, QueryDict], object]] = {
    "return": lambda a, d, p: exchange.return_dispatch(actor=a, dispatch_uuid=d, reason=p.get("reason", "")),
    "refer": lambda a, d, p: exchange.refer(
        actor=a, dispatch_uuid=d, reason=p.get("reason", ""), proposal=p.get("proposal", "")
    ),
    "keep": lambda a, d, p: exchange.keep(actor=a, dispatch_uuid=d, reason=p.get("reason", "")),
    "decline": lambda a, d, p: decline_for(actor=a, dispatch_uuid=d, why=p.get("why", ""), words=p.get("reason", "")),
    _REFUSES: lambda a, d, p: exchange.refuse_recall(actor=a, dispatch_uuid=d, reason=p.get("reason", "")),
}


def _page(request: HttpRequest, found: Dispatch, verb: str, *, refusal: InvalidInput | None = None) -> HttpResponse:
    navigation.mark(request, "inbox")
    content = found.packet.content
    own = Item.objects.filter(dispatch_uuid=found.uuid).first()
    may_ask = _ASKING if found.recall_is_asked else _VERBS
    verb = verb if verb in may_ask and (found.state in _OPEN or verb == _REFUSES) else ""
    box, before = _closed_text(actor_of(request.user), found), queries.earlier_attempt(found)
    context = {
        "dispatch": found,
        "box": box,
        "doc_title": found.title,
        "due": parts.standing(found.get_state_display()),
        "facts": _facts(content),
        "sending": _sending(found),
        "passages": _passages(content),
        "asked_back": found.recall_is_asked,
        "why_back": queries.recall_reason(found),
        "before": before,
        "changes": _changes(before, found) if before and box is None else [],
        "files": [
            Fact(
                grant.name,
                f"{max(1, grant.size // 1024):,} KB",
                reverse("desk:file", args=[found.uuid, grant.attachment_uuid]),
            )
            for grant in Grant.objects.filter(packet=found.packet)
        ],
        "verb": verb,
        "verb_label": _ASKING.get(verb, ""),
        "reason_value": request.POST.get("reason", ""),
        "reason_error": _said(refusal, "reason"),
        "proposal_value": request.POST.get("proposal", ""),
        "proposal_error": _said(refusal, "proposal"),
        "reasons": decline_reasons() if verb == "decline" else [],
        "why_value": request.POST.get("why", ""),
        "why_error": _said(refusal, "why"),
        "phrases": ["数据注明来源", "建议不够具体", "一事一报", "不属于反映社情民意的范围"],
        **_actions(found, own, verb, readable=box is None),
        "back": reverse("desk:inbox"),
        "phone_title": "来稿",
    }
    return render(request, "desk/dispatch.html", context, status=refusal.status if refusal else 200)


def _said(refusal: InvalidInput | None, field: str) -> str:
    """Return what a refusal says of a field; what belongs to no field stands under the reason."""
    if refusal is None:
        return ""
    return " ".join(refusal.fields.get(field, [] if refusal.fields else [refusal.message] * (field == "reason")))


def _changes(before: Dispatch, found: Dispatch) -> list[Passage]:
    """Return the text as it differs from the sending before, part by part; nothing when that is not to be read."""
    if before.state == Dispatch.State.RECALLED or not packets.is_whole(before.packet):
        return []
    old, new = (Texts.cleaned(one.packet.content) for one in (before, found))
    return compare(old, new) if old != new else []


def _closed_text(actor: Actor, found: Dispatch) -> SayBox | None:
    """Return what stands instead of a text that must not be read: taken back, or not what was sent.

    Who opens what is not what was sent leaves a trace of it in the unit's trail.
    """
    if found.state == Dispatch.State.RECALLED:
        return parts.refusal(
            "报送单位已撤回这一篇", "撤回后不再显示内容。", rule="签收之前可以撤回", who=found.sender.short_name
        )
    try:
        with leaving_traces(actor):
            packets.require_whole(found)
    except WrongState as refusal:
        return parts.refusal(
            "内容与报送时的校验值不符", "没有显示内容，也不能接收。", rule=refusal.rule, who=refusal.who
        )
    return None


def _actions(found: Dispatch, own: Item | None, verb: str, *, readable: bool) -> dict[str, Any]:
    """Return the buttons of the bar: a link to the own item, the reason's button, or all that may be done."""
    here = reverse("desk:dispatch", args=[found.uuid])
    if verb:
        return {
            "actions": [
                Action(_ASKING[verb], primary=True, key="Ctrl Enter", name="verb", value=verb),
                Action("取消", url=here, key="Esc", attrs={"data-cancel": ""}),
            ],
            "next_step": "报送单位会收到通知" if verb == _REFUSES else "报送单位和反映人会收到通知",
        }
    if found.recall_is_asked:
        grant = Action("同意撤回", icon="arrow-back-up", primary=True, name="verb", value="grant_recall")
        return {
            "actions": [grant, Action("不同意撤回", url=f"{here}?decide={_REFUSES}", key="R")],
            "next_step": "本单位的审核随之结束" if own else "这一篇退出收件",
        }
    if own is not None:
        url = reverse("desk:item", args=[own.uuid])
        return {"actions": [Action("看本单位稿件", url=url, icon="file-text", primary=True)]}
    if found.state not in _OPEN or not readable:
        return {"actions": []}
    take = Action("收为本单位稿件", icon="mailbox", primary=True, key="A", name="verb", value="accept")
    receipt = [Action("只签收", key="Q", name="verb", value="receive")] if found.state == Dispatch.State.SENT else []
    others = [
        Action(label, url=f"{here}?decide={name}", key=key)
        for (name, label), key in zip(_VERBS.items(), "RNKX", strict=True)
    ]
    return {"actions": [take, *receipt, *others], "next_step": "签收并编号\n进入本单位审核"}


def _passages(content: dict[str, Any]) -> list[Passage]:
    return [
        Passage(LABELS[name], [line for line in content[name].split("\n") if line.strip()])
        for name in SECTIONS
        if content.get(name)
    ]


def _facts(content: dict[str, Any]) -> list[Fact]:
    values = [
        ("来文编号", content.get("number_label", "")),
        ("反映人", "、".join(author["name"] for author in content.get("authors", []))),
        ("联系方式", "、".join(author["contact"] for author in content.get("authors", []) if author.get("contact"))),
        ("类别", content.get("category", "")),
    ]
    return [Fact(label, value) for label, value in values if value]


def _sending(found: Dispatch) -> list[Fact]:
    values = [
        ("报送单位", found.sender.short_name),
        ("渠道", found.get_route_display()),
        ("来稿", zt_short(found.sent_at)),
        ("签收", zt_short(found.received_at)),
        ("签收时限", zt_short(found.receipt_due_at)),
        ("理由", found.reason),
        ("建议报送", found.proposal),
    ]
    return [Fact(label, value) for label, value in values if value]


@login_required
@require_safe
def file(request: HttpRequest, dispatch_uuid: UUID, file_uuid: UUID) -> FileResponse:
    """Hand out a file that came with a dispatch; the download is logged in the receiver's own trail.

    Raises:
        NotFound: not of this dispatch, or the dispatch was recalled.
        WrongState: what came with it is not what was sent.
    """
    actor = reader(request).actor
    actor.require("exchange.receive")
    found = queries.received_dispatch(dispatch_uuid)
    grant = Grant.objects.filter(packet=found.packet, attachment_uuid=file_uuid).first()
    if grant is None or found.state == Dispatch.State.RECALLED:
        raise NotFound
    with leaving_traces(actor):
        packets.require_whole(found)
    return downloads.download(
        actor=actor,
        owner=found.sender,
        file_uuid=grant.attachment_uuid,
        name=grant.name,
        sha256=grant.sha256,
        media_type=grant.media_type,
        object_kind="dispatch",
        object_id=found.uuid,
    )
