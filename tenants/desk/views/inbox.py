"""The inbox: what other units sent, and what to do with it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.models import actor_of
from tenants.accounts.paging import SIZE, page_of
from tenants.desk import operations, queries
from tenants.items.models import Item
from tenants.items.texts import LABELS, SECTIONS
from tenants.items.views.common import reader
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotFound, Refusal
from zhitong.core.operations import require_unit
from zhitong.documents import downloads
from zhitong.exchange import operations as exchange
from zhitong.exchange import packets
from zhitong.exchange.models import Dispatch, Grant
from zhitong.exchange.queries import inbox as inbox_rows
from zhitong.web import navigation, parts
from zhitong.web.parts import Action, Cell, Fact, Page, Passage, SavedFilter, SayBox, TableColumn, TableRow, Tag
from zhitong.web.templatetags.zt import zt_due, zt_short

_OPEN = (Dispatch.State.SENT, Dispatch.State.RECEIVED)
_LOOKS = {"sent": "now", "received": "now", "accepted": "now", "adopted": "ok", "returned": "soon"}
_COLUMNS = [
    TableColumn("来稿时间"),
    TableColumn("信息标题"),
    TableColumn("报送单位"),
    TableColumn("类别"),
    TableColumn("状态"),
    TableColumn("时限"),
]
_VERBS = {"return": "退回", "keep": "留存", "decline": "不采用"}


def _tabs() -> dict[str, tuple[str, Q]]:
    return {
        "": ("在办", Q(state__in=[*_OPEN, Dispatch.State.ACCEPTED])),
        "sent": ("待签收", Q(state=Dispatch.State.SENT)),
        "late": ("超期", Q(state__in=_OPEN, due_at__lt=clock.now())),
        "urgent": ("急事急报", Q(urgency="urgent", state__in=_OPEN)),
        "adopted": ("已采用", Q(state=Dispatch.State.ADOPTED)),
        "closed": ("退回和不采用", Q(state__in=["returned", "kept", "declined"])),
        "all": ("全部", Q()),
    }


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The unit's inbox by tabs, with sender and words as filters."""
    user = reader(request)
    user.actor.require("exchange.receive")
    return _list(request)


def _list(request: HttpRequest, results: list[tuple[str, str]] | None = None) -> HttpResponse:
    tabs, tab = _tabs(), request.GET.get("tab", "")
    tab = tab if tab in tabs else ""
    rows = inbox_rows(require_unit())
    narrowed = _narrow(request, rows.filter(tabs[tab][1]))
    page = page_of(narrowed, ("-sent_at", "-id"), request.GET)
    counts = rows.order_by().aggregate(**{f"n{n}": Count("pk", filter=q) for n, (_l, q) in enumerate(tabs.values())})
    context: dict[str, Any] = {
        "filters": [
            SavedFilter(label, f"?tab={key}" if key else "?", counts[f"n{n}"], key == tab, late=key == "late")
            for n, (key, (label, _q)) in enumerate(tabs.items())
        ],
        "columns": _COLUMNS,
        "rows": [_row(dispatch) for dispatch in page.items],
        "page": Page(page.items, page.next_cursor, page.prev_cursor, narrowed.count()),
        "page_size": SIZE,
        "pick": "dispatch",
        "caption": "收件",
        "senders": sorted(set(rows.order_by().values_list("sender__short_name", flat=True))),
        "sender": request.GET.get("sender", ""),
        "q": request.GET.get("q", "")[:60],
        "tab": tab,
        "actions": [Action("签收", icon="mailbox", primary=True, key="Q", name="verb", value="receive")],
        "results": results,
        "empty_box": parts.empty("没有来稿", "换一个标签或去掉筛选看看。"),
    }
    return render(request, "desk/inbox.html", context)


def _narrow(request: HttpRequest, rows: QuerySet[Dispatch]) -> QuerySet[Dispatch]:
    sender, words = request.GET.get("sender", ""), request.GET.get("q", "")[:60].replace("\x00", "").strip()
    if sender:
        rows = rows.filter(sender__short_name=sender.replace("\x00", ""))
    return rows.filter(title__icontains=words) if words else rows


def _row(dispatch: Dispatch) -> TableRow:
    is_open = dispatch.state in _OPEN
    return TableRow(
        [
            Cell(zt_short(dispatch.sent_at)),
            Cell(
                dispatch.title,
                url=reverse("desk:dispatch", args=[dispatch.uuid]),
                look="t",
                tags=[Tag("急事急报", "red")] if dispatch.urgency == "urgent" else [],
            ),
            Cell(dispatch.sender.short_name),
            Cell(dispatch.category),
            Cell(state=_state(dispatch)),
            Cell(state=zt_due(dispatch.due_at) if is_open and dispatch.due_at else None),
        ],
        value=str(dispatch.uuid),
        name=dispatch.title,
        unread=dispatch.state == Dispatch.State.SENT,
        url=reverse("desk:dispatch", args=[dispatch.uuid]),
    )


def _state(dispatch: Dispatch) -> parts.State:
    return parts.State(dispatch.get_state_display(), _LOOKS.get(dispatch.state, "off"))  # type: ignore[arg-type]


@login_required
@require_POST
def receive_many(request: HttpRequest) -> HttpResponse:
    """Confirm receipt of the chosen dispatches, each on its own; say what was done and what not, and why."""
    actor = reader(request).actor
    done, refused = 0, []
    for value in request.POST.getlist("dispatch")[:200]:
        try:
            exchange.receive(actor=actor, dispatch_uuid=UUID(value))
            done += 1
        except (Refusal, ValueError) as refusal:
            refused.append(str(refusal))
    if done:
        messages.success(request, f"已签收 {done} 篇。")
    for words in refused[:5]:
        messages.warning(request, f"没有签收：{words}")
    if not done and not refused:
        messages.warning(request, "请先选中要签收的来稿。")
    return redirect("desk:inbox")


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
    reason = request.POST.get("reason", "")
    if verb == "receive":
        exchange.receive(actor=actor, dispatch_uuid=dispatch_uuid)
        messages.success(request, "已签收。")
        return redirect("desk:dispatch", dispatch_uuid=dispatch_uuid)
    if verb == "accept":
        item = operations.accept(actor=actor, dispatch_uuid=dispatch_uuid)
        messages.success(request, f"已收为本单位稿件，编号 {item.number}，进入审核。")
        return redirect("desk:item", item_uuid=item.uuid)
    work = {"return": exchange.return_dispatch, "keep": exchange.keep, "decline": exchange.decline}.get(verb)
    if work is None:
        raise InvalidInput("请选择一种处理：签收、收稿、退回、留存或不采用。")
    try:
        work(actor=actor, dispatch_uuid=dispatch_uuid, reason=reason)
    except InvalidInput as refusal:
        return _page(request, queries.received_dispatch(dispatch_uuid), verb, refusal=refusal)
    messages.success(request, f"已{_VERBS[verb]}，报送单位会看到理由。")
    return redirect("desk:inbox")


def _page(request: HttpRequest, found: Dispatch, verb: str, *, refusal: InvalidInput | None = None) -> HttpResponse:
    navigation.mark(request, "inbox")
    content = found.packet.content
    own = Item.objects.filter(dispatch_uuid=found.uuid).first()
    verb = verb if verb in _VERBS and found.state in _OPEN else ""
    box = _closed_text(found)
    context = {
        "dispatch": found,
        "box": box,
        "doc_title": found.title,
        "due": _state(found),
        "facts": _facts(content),
        "sending": _sending(found),
        "passages": _passages(content),
        "files": [
            Fact(
                grant.name,
                f"{max(1, grant.size // 1024):,} KB",
                reverse("desk:file", args=[found.uuid, grant.attachment_uuid]),
            )
            for grant in Grant.objects.filter(packet=found.packet)
        ],
        "verb": verb,
        "verb_label": _VERBS.get(verb, ""),
        "reason_value": request.POST.get("reason", ""),
        "reason_error": " ".join(refusal.fields.get("reason", [refusal.message])) if refusal else "",
        "phrases": ["数据注明来源", "建议不够具体", "一事一报", "不属于反映社情民意的范围"],
        **_actions(found, own, verb, readable=box is None),
        "back": reverse("desk:inbox"),
        "phone_title": "来稿",
    }
    return render(request, "desk/dispatch.html", context, status=refusal.status if refusal else 200)


def _closed_text(found: Dispatch) -> SayBox | None:
    """Return what stands instead of a text that must not be read: taken back, or not what was sent."""
    if found.state == Dispatch.State.RECALLED:
        return parts.refusal(
            "报送单位已撤回这一篇", "撤回后不再显示内容。", rule="签收之前可以撤回", who=found.sender.short_name
        )
    if packets.digest(found.packet.content) != found.packet.sha256:
        return parts.refusal(
            "内容与报送时的校验值不符", "没有显示内容，也不能接收。", rule="报送件固定不变", who="平台运维可以核对"
        )
    return None


def _actions(found: Dispatch, own: Item | None, verb: str, *, readable: bool) -> dict[str, Any]:
    """Return the buttons of the bar: a link to the own item, the reason's button, or all that may be done."""
    if own is not None:
        url = reverse("desk:item", args=[own.uuid])
        return {"actions": [Action("看本单位稿件", url=url, icon="file-text", primary=True)]}
    if found.state not in _OPEN or not readable:
        return {"actions": []}
    here = reverse("desk:dispatch", args=[found.uuid])
    if verb:
        return {
            "actions": [
                Action(_VERBS[verb], primary=True, key="Ctrl Enter", name="verb", value=verb),
                Action("取消", url=here, key="Esc", attrs={"data-cancel": ""}),
            ],
            "next_step": "报送单位和反映人会收到通知",
        }
    take = Action("收为本单位稿件", icon="mailbox", primary=True, key="A", name="verb", value="accept")
    receipt = [Action("只签收", key="Q", name="verb", value="receive")] if found.state == Dispatch.State.SENT else []
    others = [
        Action(label, url=f"{here}?decide={name}", key=key)
        for (name, label), key in zip(_VERBS.items(), "RKX", strict=True)
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
        ("类别", content.get("category", "")),
    ]
    return [Fact(label, value) for label, value in values if value]


def _sending(found: Dispatch) -> list[Fact]:
    values = [
        ("报送单位", found.sender.short_name),
        ("渠道", found.get_route_display()),
        ("来稿", zt_short(found.sent_at)),
        ("签收", zt_short(found.received_at)),
        ("签收时限", zt_short(found.due_at) if found.state in _OPEN else ""),
        ("理由", found.reason),
    ]
    return [Fact(label, value) for label, value in values if value]


@login_required
@require_safe
def file(request: HttpRequest, dispatch_uuid: UUID, file_uuid: UUID) -> FileResponse:
    """Hand out a file that came with a dispatch; the download is logged in the receiver's own trail.

    Raises:
        NotFound: not of this dispatch, or the dispatch was recalled.
    """
    reader(request).actor.require("exchange.receive")
    found = queries.received_dispatch(dispatch_uuid)
    grant = Grant.objects.filter(packet=found.packet, attachment_uuid=file_uuid).first()
    if grant is None or found.state == Dispatch.State.RECALLED:
        raise NotFound
    return downloads.download(
        actor=actor_of(request.user),
        owner=found.sender,
        file_uuid=grant.attachment_uuid,
        name=grant.name,
        sha256=grant.sha256,
        media_type=grant.media_type,
        object_kind="dispatch",
        object_id=found.uuid,
    )
