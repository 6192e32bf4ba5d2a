"""The inbox: what other units sent, and what to do with it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KeyTransform
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.models import actor_of
from tenants.desk import operations, queries
from tenants.desk.forms import InboxFilter
from tenants.items.models import Item
from tenants.items.texts import LABELS, SECTIONS
from tenants.items.views.common import reader
from zhitong.core import clock, glossary
from zhitong.core.errors import InvalidInput, NotFound, Refusal
from zhitong.core.operations import Actor, require_unit
from zhitong.documents import downloads
from zhitong.exchange import operations as exchange
from zhitong.exchange import packets
from zhitong.exchange.models import Dispatch, Grant
from zhitong.exchange.queries import inbox as inbox_rows
from zhitong.web import navigation, parts
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Action, Cell, Fact, Page, Passage, SavedFilter, SayBox, TableColumn, TableRow, Tag
from zhitong.web.templatetags.zt import authors as authors_words
from zhitong.web.templatetags.zt import zt_due, zt_short

_OPEN = (Dispatch.State.SENT, Dispatch.State.RECEIVED)
_COLUMNS = [
    TableColumn("来稿时间"),
    TableColumn("信息标题"),
    TableColumn("报送单位"),
    TableColumn("反映人"),
    TableColumn("类别"),
    TableColumn("状态"),
    TableColumn("时限"),
]
_VERBS = {"return": "退回", "keep": glossary.KEPT, "decline": glossary.DECLINED}
_AT_ONCE = 200


def _tabs() -> dict[str, tuple[str, Q]]:
    return {
        "": ("在办", Q(state__in=[*_OPEN, Dispatch.State.ACCEPTED])),
        "sent": (glossary.AWAITING_RECEIPT, Q(state=Dispatch.State.SENT)),
        "late": ("超期", Q(state__in=_OPEN, due_at__lt=clock.now())),
        "urgent": ("急事急报", Q(urgency="urgent", state__in=_OPEN)),
        "adopted": (glossary.ADOPTED, Q(state=Dispatch.State.ADOPTED)),
        "returned": (glossary.SENT_BACK, Q(state=Dispatch.State.RETURNED)),
        "closed": ("留存和不采用", Q(state__in=[Dispatch.State.KEPT, Dispatch.State.DECLINED])),
        "all": ("全部", Q()),
    }


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The unit's inbox by tabs, narrowed by sender, category, day and words; 20 rows a page."""
    reader(request).actor.require("exchange.receive")
    tabs, tab = _tabs(), request.GET.get("tab", "")
    tab = tab if tab in tabs else ""
    rows = inbox_rows(require_unit())
    form = InboxFilter(request.GET, senders=_known(rows, "sender__short_name"), categories=_known(rows, "category"))
    narrowed = rows.filter(tabs[tab][1], form.condition())
    named = narrowed.annotate(signers=KeyTransform("authors", "packet__content"))
    page = page_of(named, ("-sent_at", "-id"), request.GET)
    found = narrowed.order_by().aggregate(n=Count("pk"), senders=Count("sender", distinct=True))
    context = {
        "filters": _views(rows, tabs, tab),
        "filter_form": form,
        "summary": f"{found['n']:,} 篇，来自 {found['senders']:,} 个单位",
        "columns": _COLUMNS,
        "rows": [_row(dispatch) for dispatch in page.items],
        "page": Page(page.items, page.next_cursor, page.prev_cursor, found["n"]),
        "page_size": SIZE,
        "pick": "dispatch",
        "caption": "收件",
        "actions": [
            Action(
                "签收",
                icon="mailbox",
                primary=True,
                key="Q",
                name="verb",
                value="receive",
                attrs={"data-counts": "pick"},
            )
        ],
        "empty_box": parts.empty(
            f"“{tabs[tab][0]}”里没有来稿"
            if not form.has_changed() or set(request.GET) <= {"tab"}
            else "没有符合条件的来稿",
            "去掉筛选，或者换一个标签看看。",
            Action("看全部来稿", url="?tab=all"),
        ),
    }
    return render(request, "desk/inbox.html", context)


def _views(rows: QuerySet[Dispatch], tabs: dict[str, tuple[str, Q]], current: str) -> list[SavedFilter]:
    counts = rows.order_by().aggregate(**{f"n{n}": Count("pk", filter=q) for n, (_l, q) in enumerate(tabs.values())})
    return [
        SavedFilter(
            label,
            f"?tab={key}" if key else "?",
            counts[f"n{n}"],
            key == current,
            late=key == "late" and counts[f"n{n}"] > 0,
        )
        for n, (key, (label, _q)) in enumerate(tabs.items())
    ]


def _known(rows: QuerySet[Dispatch], column: str) -> list[str]:
    return [value for value in rows.order_by(column).values_list(column, flat=True).distinct() if value]


def _row(dispatch: Any) -> TableRow:
    """Return a row; `dispatch` carries the signers of its packet."""
    is_open = dispatch.state in _OPEN
    url = reverse("desk:dispatch", args=[dispatch.uuid])
    return TableRow(
        [
            Cell(zt_short(dispatch.sent_at)),
            Cell(
                dispatch.title,
                url=url,
                look="t",
                tags=[Tag("急事急报", "red")] if dispatch.urgency == "urgent" else [],
            ),
            Cell(dispatch.sender.short_name),
            Cell(authors_words([author["name"] for author in dispatch.signers or []])),
            Cell(dispatch.category),
            Cell(state=_state(dispatch)),
            Cell(state=zt_due(dispatch.due_at) if is_open else None),
        ],
        value=str(dispatch.uuid),
        name=dispatch.title,
        unread=dispatch.state == Dispatch.State.SENT,
        url=url,
    )


def _state(dispatch: Dispatch) -> parts.State:
    return parts.standing(dispatch.get_state_display())


@login_required
@require_POST
def receive_many(request: HttpRequest) -> HttpResponse:
    """Confirm receipt of the chosen dispatches, each on its own, and say for every one what was done or why not."""
    actor = reader(request).actor
    actor.require("exchange.receive")
    chosen = [uuid for value in request.POST.getlist("dispatch")[:_AT_ONCE] if (uuid := _uuid(value))]
    if not chosen:
        messages.warning(request, "请先选中要签收的来稿。")
        return redirect("desk:inbox")
    known = {found.uuid: found for found in inbox_rows(require_unit()).filter(uuid__in=chosen)}
    results = [_receive(actor, uuid, known.get(uuid)) for uuid in dict.fromkeys(chosen)]
    done = sum(1 for row in results if row.value)
    if done == len(results):
        messages.success(request, f"已签收 {done} 篇。")
        return redirect("desk:inbox")
    navigation.mark(request, "inbox")
    context = {
        "columns": [TableColumn("信息标题"), TableColumn("报送单位"), TableColumn("结果"), TableColumn("说明")],
        "rows": results,
        "done": done,
        "total": len(results),
        "caption": "签收结果",
        "back": reverse("desk:inbox"),
        "phone_title": "签收结果",
    }
    return render(request, "desk/received.html", context)


def _receive(actor: Actor, uuid: UUID, found: Dispatch | None) -> TableRow:
    """Receipt one dispatch; the row's `value` is set when that was done now."""
    title, sender = (found.title, found.sender.short_name) if found else ("没有这一篇，或者已被撤回", "")
    url = reverse("desk:dispatch", args=[uuid]) if found else ""
    words, why = parts.State(glossary.RECEIVED, "ok"), ""
    if found and found.state != Dispatch.State.SENT:
        words, why = parts.State("没有签收", "soon"), f"此前{found.get_state_display()}，不需要再签收"
    else:
        try:
            exchange.receive(actor=actor, dispatch_uuid=uuid)
        except Refusal as refusal:
            words, why = parts.State("没有签收", "soon"), refusal.message
    cells = [Cell(title, url, look="t"), Cell(sender), Cell(state=words), Cell(why)]
    return TableRow(cells, value="" if why else str(uuid), name=title)


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None


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
