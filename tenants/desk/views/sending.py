"""Sending: what is ready, to whom, what they will see; and taking a sending back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.desk import operations, queries
from tenants.desk.forms import AskRecallForm, CorrectionForm
from tenants.desk.listing import READY_ORDER, RETURNED_ORDER, SENT_ORDER, sent_asked, state_words
from tenants.desk.terms import why_closed
from tenants.desk.views.clearing import Clearing, clearing_of, why_locked
from tenants.items.models import Attachment, Item, State, Urgency
from tenants.items.queries import get_visible, with_authors
from tenants.items.texts import LABELS
from tenants.items.views.common import posted_version, reader
from tenants.review.views.marks import TAGS
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, Refusal, StaleVersion, WrongState
from zhitong.core.operations import require_unit
from zhitong.exchange import operations as exchange
from zhitong.exchange import packets
from zhitong.exchange.models import Dispatch
from zhitong.exchange.queries import Quota, quotas
from zhitong.exchange.queries import sent as sent_rows
from zhitong.units.current import unit_in_force
from zhitong.units.queries import Destination, destinations
from zhitong.web import navigation, parts
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Cell, Fact, PacketView, Receiver, ReceiverGroup, SavedFilter, TableColumn, TableRow
from zhitong.web.templatetags.zt import authors as authors_words
from zhitong.web.templatetags.zt import zt_short

_GONE = (Dispatch.State.RETURNED, Dispatch.State.RECALLED)
_ASKABLE = (Dispatch.State.RECEIVED, Dispatch.State.ACCEPTED)


@login_required
@require_safe
def send_list(request: HttpRequest) -> HttpResponse:
    """What is approved and not yet sent; with `?tab=` what was left unsent long ago, or went out and how it stands."""
    actor = reader(request).actor
    actor.require("exchange.send")
    ready, old, gone = queries.to_send(), queries.long_unsent(), sent_rows(require_unit())
    back = queries.returned_to(require_unit())
    tab = request.GET.get("tab", "")
    tab = tab if tab in {"sent", "back", "old"} else ""
    rows = {"sent": _sent, "back": _returned}
    context = {
        "filters": [
            SavedFilter("待报送", "?", ready.count(), tab == ""),
            SavedFilter("被退回", "?tab=back", back.count(), tab == "back"),
            SavedFilter("已报送", "?tab=sent", gone.count(), tab == "sent"),
            SavedFilter("半年前签发未报", "?tab=old", old.count(), tab == "old"),
        ],
        "caption": "报送",
        "export_kind": {"sent": "desk.sent", "back": "desk.returned"}.get(tab, "desk.ready"),
        "may_record": actor.can("exchange.record"),
        "page_size": SIZE,
        **(rows[tab](request) if tab in rows else _ready(request, old if tab == "old" else ready)),
    }
    return render(request, "desk/send_list.html", context)


def _returned(request: HttpRequest) -> dict[str, object]:
    """What receivers gave back: to be corrected and sent anew, sent elsewhere, or settled."""
    rows = queries.returned_to(require_unit())
    page = page_of(rows, RETURNED_ORDER, request.GET)
    return {
        "columns": [TableColumn(label) for label in ("退回时间", "信息标题", "退回单位", "理由", "建议报送")],
        "rows": [
            TableRow(
                [
                    Cell(zt_short(dispatch.closed_at)),
                    Cell(dispatch.title, url=reverse("desk:send", args=[dispatch.item_uuid]), look="t"),
                    Cell(dispatch.receiver_name),
                    Cell(dispatch.reason[:80]),
                    Cell(dispatch.proposal),
                ],
                url=reverse("desk:send", args=[dispatch.item_uuid]),
            )
            for dispatch in page.items
        ],
        "page": replace(page, total=rows.count()),
        "empty_box": parts.empty("没有被退回的", "退回的信息会出现在这里，改后可以重报。", icon="circle-check"),
    }


def _ready(request: HttpRequest, rows: QuerySet[Item]) -> dict[str, object]:
    page = page_of(with_authors(rows), READY_ORDER, request.GET)
    return {
        "columns": [TableColumn(label) for label in ("签发时间", "信息标题", "反映人", "类别", "紧急程度")],
        "rows": [
            TableRow(
                [
                    Cell(zt_short(item.decided_at) if item.decided_at else ""),
                    Cell(item.title, url=reverse("desk:send", args=[item.uuid]), look="t"),
                    Cell(authors_words([author.name for author in item.signers])),
                    Cell(item.category),
                    Cell(tags=[TAGS[Urgency(item.urgency)]])
                    if item.urgency in TAGS
                    else Cell(item.get_urgency_display()),
                ],
                url=reverse("desk:send", args=[item.uuid]),
            )
            for item in page.items
        ],
        "page": replace(page, total=rows.count()),
        "empty_box": parts.empty("没有待报送的信息", "签发以后的信息会出现在这里。", icon="send"),
    }


def _sent(request: HttpRequest) -> dict[str, object]:
    rows, form = sent_asked(request.GET)
    page = page_of(rows, SENT_ORDER, request.GET)
    total = rows.count()
    return {
        "filter_form": form,
        "summary": f"{total:,} 篇",
        "columns": [TableColumn(label) for label in ("报送时间", "信息标题", "接收单位", "渠道", "情况", "理由")],
        "rows": [
            TableRow(
                [
                    Cell(zt_short(dispatch.sent_at)),
                    Cell(dispatch.title, url=reverse("desk:item", args=[dispatch.item_uuid]), look="t"),
                    Cell(dispatch.receiver_name),
                    Cell(dispatch.get_route_display()),
                    Cell(state=_state(dispatch)),
                    Cell(dispatch.reason[:40]),
                ],
                url=reverse("desk:item", args=[dispatch.item_uuid]),
            )
            for dispatch in page.items
        ],
        "page": replace(page, total=total),
        "empty_box": parts.empty("没有这样的报送", "从“待报送”里选一篇开始，或者换一种情况看看。", icon="send"),
    }


def _state(dispatch: Dispatch) -> parts.State:
    return parts.standing(state_words(dispatch))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Choose receivers and see what they will see; a post sends to exactly those that are ticked."""
    user = reader(request)
    user.actor.require("exchange.send")
    item = get_visible(user, item_uuid)
    if request.method != "POST":
        return _page(request, item)
    keys = request.POST.getlist("to")
    try:
        sent = operations.send(
            actor=user.actor,
            item_uuid=item.uuid,
            version=posted_version(request),
            to=keys,
            again=request.POST.get("again") == "1",
            under_pseudonym=request.POST.get("under_pseudonym") == "1",
        )
    except (InvalidInput, NotAllowed, WrongState, StaleVersion) as refusal:
        item.refresh_from_db()
        return _page(request, item, refusal=refusal)
    names = "、".join(dispatch.receiver_name for dispatch in sent)
    messages.success(request, f"已报送{names}。对方签收前可以撤回。")
    return redirect("desk:item", item_uuid=item.uuid)


def _page(request: HttpRequest, item: Item, refusal: Refusal | None = None) -> HttpResponse:
    navigation.mark(request, "send")
    unit = unit_in_force()
    earlier = list(
        Dispatch.objects.filter(sender=unit, item_uuid=item.uuid).select_related("receiver", "body").order_by("sent_at")
    )
    latest = {_key(dispatch): dispatch for dispatch in earlier}
    chosen = request.POST.getlist("to") if request.method == "POST" else None
    known = destinations(unit, clock.today())
    clearing = clearing_of(item, unit, known) if item.state == State.APPROVED else Clearing()
    limits, closed = quotas(unit), why_closed(reader(request).actor, item, known)
    nameless = _nameless(request, item)
    back = queries.returned_to(unit.pk).filter(item_uuid=item.uuid)
    to_correct = {dispatch.pk for dispatch in back} if item.state == State.APPROVED else set()

    def locked(one: Destination) -> str:
        quota = limits.get(one.way.receiver_id or 0)
        full = f"限额已满：{quota.words}，{one.name}可以调整" if quota and quota.is_used_up else ""
        return why_locked(clearing, unit, one) or full or closed.get(one.key, "")

    context = {
        "item": item,
        "refusal": refusal,
        "receiver_groups": _groups(known, latest, chosen, locked, limits),
        "clearing": clearing,
        "all_locked": bool(known) and all(why_locked(clearing, unit, one) for one in known),
        "nothing_open": not known or all(locked(one) for one in known),
        "packet": _packet(
            item,
            operations.packet_content(item, unit),
            [d.name for d in known if d.shows_contacts],
            nameless=nameless,
        ),
        "nameless": nameless,
        "to_correct": bool(to_correct),
        "repeat": any(_stands(latest.get(destination.key)) for destination in known),
        "may_send": item.state == State.APPROVED,
        "earlier": [
            {
                "dispatch": dispatch,
                "state": _state(dispatch),
                "recall": dispatch.state == Dispatch.State.SENT and dispatch.body_id is None,
                "ask": dispatch.state in _ASKABLE and dispatch.body_id is None and not dispatch.recall_is_asked,
                "settle": dispatch.pk in to_correct,
                "nth": dispatch.attempt if dispatch.attempt > 1 else 0,
            }
            for dispatch in earlier
        ],
        "back": reverse("desk:item", args=[item.uuid]),
        "phone_title": "报送",
    }
    return render(request, "desk/send.html", context, status=refusal.status if refusal else 200)


def _nameless(request: HttpRequest, item: Item) -> bool:
    """Return whether the page shows a sending under a pseudonym: as it was ticked, at first as it went before."""
    given = request.POST if request.method == "POST" else request.GET
    if request.method == "POST" or "preview" in given:
        return given.get("under_pseudonym") == "1"
    return queries.went_under_pseudonym(item)


def _key(dispatch: Dispatch) -> str:
    return f"u:{dispatch.receiver.uuid}" if dispatch.receiver else f"b:{dispatch.body.uuid}"  # type: ignore[union-attr]


def _groups(
    known: list[Destination],
    latest: dict[str, Dispatch],
    chosen: list[str] | None,
    locked: Callable[[Destination], str],
    limits: Mapping[int, Quota],
) -> list[ReceiverGroup]:
    groups: dict[str, list[Receiver]] = {}
    for destination in known:
        before = latest.get(destination.key)
        standing = _stands(before)
        # Without a choice the way up is proposed, but never what has gone before or leaves the platform.
        ticked = destination.key in chosen if chosen is not None else destination.unit is not None and not standing
        note = "对方在平台上签收" if destination.unit else "系统外单位，结果由本单位登记"
        if quota := limits.get(destination.way.receiver_id or 0):
            note = f"限额{quota.words}"
        if before is not None:
            note = f"{zt_short(before.sent_at)} {'已报送' if standing else '报送过'}，{before.get_state_display()}"
        state = parts.State("送过", "soon", "alert-triangle") if standing else None
        groups.setdefault(destination.kind.label, []).append(
            Receiver(
                destination.key,
                destination.name,
                note,
                state=state or _way(destination),
                checked=ticked,
                refused=locked(destination),
            )
        )
    return [ReceiverGroup(label, receivers) for label, receivers in groups.items()]


def _stands(before: Dispatch | None) -> bool:
    return before is not None and before.state not in _GONE


def _way(destination: Destination) -> parts.State:
    return parts.State("平台签收", icon="mailbox") if destination.unit else parts.State("打印送", icon="printer")


def _packet(item: Item, content: dict[str, object], contacts_to: list[str], *, nameless: bool = False) -> PacketView:
    """Return what receivers see; `contacts_to` names those whose route carries the authors' contacts."""
    authors = [{"name": packets.PSEUDONYM}] if nameless else content["authors"]
    assert isinstance(authors, list)
    names = [author["name"] for author in authors]
    contact = any(author.get("contact") for author in authors)
    paragraphs = [line for name in ("problem", "analysis", "suggestions") for line in str(content[name]).split("\n")]
    return PacketView(
        title=str(content["title"]),
        head=f"{content['from_unit']} {content['number_label']}",
        facts=[
            Fact("反映人", authors_words(names)),
            Fact("类别", str(content["category"])),
            Fact("联系方式", f"只给{'、'.join(contacts_to)}" if contact and contacts_to else ""),
            Fact("备注", ""),
            Fact("审核过程", ""),
        ],
        paragraphs=[line for line in paragraphs if line.strip()],
        files=[file.name for file in Attachment.objects.filter(item=item, removed_at__isnull=True)],
    )


@login_required
@require_POST
def recall(request: HttpRequest, dispatch_uuid: UUID) -> HttpResponse:
    """Take back a sending that its receiver has not receipted."""
    dispatch = exchange.recall(actor=reader(request).actor, dispatch_uuid=dispatch_uuid)
    messages.success(request, f"已从{dispatch.receiver_name}撤回。")
    return redirect("desk:send", item_uuid=dispatch.item_uuid)


@login_required
@require_POST
def settle(request: HttpRequest, dispatch_uuid: UUID) -> HttpResponse:
    """Let a returned sending rest: it will not be sent there again."""
    dispatch = exchange.settle(actor=reader(request).actor, dispatch_uuid=dispatch_uuid)
    messages.success(request, f"不再报送{dispatch.receiver_name}。")
    return redirect("desk:send", item_uuid=dispatch.item_uuid)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_recall(request: HttpRequest, dispatch_uuid: UUID) -> HttpResponse:
    """Ask a receiver to give up what it has receipted; a missing reason is asked for."""
    actor = reader(request).actor
    actor.require("exchange.send")
    found = sent_rows(require_unit()).filter(uuid=dispatch_uuid).first()
    if found is None:
        raise NotFound
    form = AskRecallForm(request.POST) if request.method == "POST" else AskRecallForm()
    if request.method == "POST" and form.is_valid():
        try:
            exchange.ask_recall(actor=actor, dispatch_uuid=dispatch_uuid, reason=form.cleaned_data["reason"])
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"已向{found.receiver_name}请求撤回，由对方决定。")
            return redirect("desk:send", item_uuid=found.item_uuid)
    context = {
        "form": form,
        "heading": "请求撤回",
        "note": f"{found.receiver_name} {found.get_state_display()}：{found.title}",
        "button": "请求撤回",
        "back": reverse("desk:send", args=[found.item_uuid]),
        "phone_title": "请求撤回",
    }
    navigation.mark(request, "send")
    return render(request, "desk/form.html", context, status=form.status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Correct the issued text of an item that was returned; the reasons stand above, what was typed comes back."""
    user = reader(request)
    user.actor.require("exchange.send")
    item = get_visible(user, item_uuid)
    returned = list(queries.returned_to(require_unit()).filter(item_uuid=item.uuid))
    if not returned:
        raise WrongState("这一篇没有被退回的报送，定稿不能再改。", rule="报送被退回以后，可以改后重报")
    now = {name: value for name, value in operations.packet_content(item, unit_in_force()).items() if name in LABELS}
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial={**now, "version": item.version})
    if request.method == "POST" and form.is_valid():
        try:
            operations.correct(
                actor=user.actor, item_uuid=item.uuid, version=posted_version(request), texts=form.cleaned_data
            )
        except (InvalidInput, StaleVersion, WrongState) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "定稿已更正，原来的定稿保留。现在可以重报。")
            return redirect("desk:send", item_uuid=item.uuid)
    context = {
        "form": form,
        "heading": "改后重报",
        "note": item.title,
        "reasons": [Fact(f"{one.receiver_name}退回", one.reason) for one in returned],
        "button": "保存更正",
        "back": reverse("desk:send", args=[item.uuid]),
        "phone_title": "改后重报",
    }
    navigation.mark(request, "send")
    return render(request, "desk/form.html", context, status=form.status)
