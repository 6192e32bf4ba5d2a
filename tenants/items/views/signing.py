"""The page of a co-author: the text one is named under, and the answer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants.items import comparison, operations, queries
from tenants.items.models import OPEN_STATES, Consent, Item, ItemAuthor, State
from tenants.items.texts import Texts
from tenants.items.views.cards import state_of
from tenants.items.views.common import file_facts, reader
from zhitong.core.errors import InvalidInput
from zhitong.web import parts
from zhitong.web.parts import Action, CoAuthor, Fact
from zhitong.web.templatetags.zt import zt_day

_ANSWERS = {
    Consent.ASKED: parts.State("待确认", "soon", "hourglass"),
    Consent.CONFIRMED: parts.State("已确认", "ok"),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sign(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Show a co-author what they are named under; a post confirms or declines.

    Raises:
        NotFound: the reader is not asked, or has declined.
        InvalidInput: a post that does neither.
        WrongState: an answer after the unit has decided.
    """
    user = reader(request)
    if request.method != "POST":
        return _page(request, item_uuid, declining=request.GET.get("answer") == "decline")
    queries.get_question(user, item_uuid)  # who is not asked hears nothing of what an answer should be
    answer = request.POST.get("answer")
    if answer not in {"confirm", "decline"}:
        raise InvalidInput("请选择确认联名，还是谢绝。")
    if answer == "confirm":
        operations.confirm_signing(actor=user.actor, item_uuid=item_uuid)
        messages.success(request, "已确认联名。这一篇的去向，在“我的信息”里随时看得到。")
        return redirect("items:sign", item_uuid=item_uuid)
    try:
        operations.decline_signing(actor=user.actor, item_uuid=item_uuid, reason=request.POST.get("reason", ""))
    except InvalidInput as refusal:
        return _page(request, item_uuid, declining=True, refusal=refusal)
    messages.success(request, "已谢绝联名，发起人会看到理由。您的名字不在这一篇里。")
    return redirect("home")


def _page(
    request: HttpRequest, item_uuid: UUID, *, declining: bool, refusal: InvalidInput | None = None
) -> HttpResponse:
    user = reader(request)
    row = queries.get_question(user, item_uuid)
    item = queries.get_visible(user, item_uuid)
    may_answer = item.state in OPEN_STATES
    context: dict[str, Any] = {
        "item": item,
        "doc_title": str(item),
        "due": state_of(item),
        "facts": _facts(item),
        "passages": comparison.passages(Texts.of(item)),
        "files": file_facts(item),
        "row": row,
        "co_authors": [_line(author, place) for place, author in enumerate(item.signers, start=1)],
        "may_answer": may_answer,
        "declining": declining and may_answer,
        "actions": _actions(item, row, declining=declining),
        "next_step": "发起人会看到理由\n您的名字不再署在这一篇" if declining else "采用之前，您随时可以改变主意",
        "back": reverse("home"),
        "phone_title": "联名",
    }
    if refusal:
        context |= {"reason_value": request.POST.get("reason", ""), "reason_error": refusal.fields["reason"][0]}
    return render(request, "items/sign.html", context, status=refusal.status if refusal else 200)


def _actions(item: Item, row: ItemAuthor, *, declining: bool) -> list[Action]:
    here = reverse("items:sign", args=[item.uuid])
    way = Action("看去向", url=f"{reverse('items:own')}{item.uuid}/journey/", icon="route")
    later = [way] if item.state != State.DRAFT else []
    if item.state not in OPEN_STATES:
        return later
    if declining:
        return [
            Action("谢绝联名", icon="user-off", primary=True, name="answer", value="decline"),
            Action("不谢绝了", url=here),
        ]
    decline = Action("谢绝", url=f"{here}?answer=decline", icon="user-off")
    if row.consent == Consent.ASKED:
        return [Action("确认联名", icon="user-check", primary=True, name="answer", value="confirm"), decline, *later]
    return [*later, decline]


def _facts(item: Item) -> list[Fact]:
    writer = item.created_by.name if item.created_by else ""
    values = [
        ("发起人", writer),
        ("写到", "" if item.submitted_at else zt_day(item.changed_at)),
        ("提交", zt_day(item.submitted_at)),
        ("类别", item.category),
        ("紧急程度", item.get_urgency_display()),
    ]
    return [Fact(label, value) for label, value in values if value]


def _line(author: ItemAuthor, place: int) -> CoAuthor:
    state = _ANSWERS.get(Consent(author.consent)) if author.is_open_question or author.answered_at else None
    return CoAuthor(author.name, author.sector or author.duty, state, place=place)
