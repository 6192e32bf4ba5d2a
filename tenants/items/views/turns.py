"""Writing in turns: who writes on now, what each hand has left, taking the pen back; and words that came too late."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.models import User
from tenants.items import comparison, operations, queries
from tenants.items.models import Item, State
from tenants.items.texts import LABELS, SECTIONS, Texts, length_of
from tenants.items.views.common import detail_url, reader
from zhitong.web import navigation, parts
from zhitong.web.parts import Action
from zhitong.web.templatetags.zt import zt_short


@login_required
@require_safe
@never_cache
def pen(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Who writes on now, the text as it stands, and what each hand has left (`?edition=` against the one before)."""
    user = reader(request)
    item = written(user, item_uuid)
    if item.state not in (State.DRAFT, State.RETURNED):
        return redirect(detail_url(item))
    navigation.mark(request, "own_items")
    context = _turns(item, user, request.GET.get("edition", ""))
    context |= {"item": item, "back": reverse("items:own"), "phone_title": "接力撰写"}
    return render(request, "items/pen.html", context)


@login_required
@require_POST
def take_pen(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Take the pen of an own item back."""
    operations.take_pen(actor=reader(request).actor, item_uuid=item_uuid)
    messages.success(request, "已收回，您可以接着写。对方存下的都在。")
    return redirect("items:edit", item_uuid=item_uuid)


def lost(request: HttpRequest) -> HttpResponse:
    """Give back what was typed on something that is not the writer's (any more), so that it can be copied."""
    box = parts.refusal(
        "没有存上",
        "没有找到这一篇，或者它已经不由您写了。您刚才写的在下面，没有丢，可以复制。",
        Action("回我的信息", url=reverse("items:own")),
        rule="同一篇同时只有一人执笔",
        who="撰写人可以再交给您",
    )
    return render(request, "items/lost.html", {"box": box, "sections": typed(request)}, status=404)


def written(user: User, item_uuid: UUID) -> Item:
    """Return an item that the reader wrote and may write, or was handed to write on.

    Raises:
        NotFound: absent or somebody else's.
        NotAllowed: its creator may not write any more.
    """
    item = queries.get_written(user, item_uuid)
    if item.created_by_id == user.pk:
        user.actor.require("items.write")
    return item


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the sections that were typed, with their names."""
    texts = [(label, request.POST.get(name, "").strip()) for name, label in LABELS.items()]
    return [(label, words) for label, words in texts if words]


def _turns(item: Item, user: User, wanted: str) -> dict[str, Any]:
    """Return the present text, or what one hand changed, and all hands in order."""
    editions = queries.draft_editions(item)
    chosen = next((place for place, one in enumerate(editions) if str(one.number) == wanted), None)
    before = editions[chosen - 1] if chosen else None
    shown = Texts.of(editions[chosen]) if chosen is not None else Texts.of(item)
    passages = comparison.compare(Texts.of(before), shown) if before else comparison.passages(shown)
    return {
        "doc_title": shown.title or "（未写标题）",
        "passages": [passage for passage in passages if passage.heading != LABELS["title"]],
        "may_take": item.pen_holder is not None and item.created_by_id == user.pk,
        "is_mine": item.is_written_by(user),
        "hands": [
            {
                "writer": one.writer_label,
                "when": zt_short(one.written_at),
                "url": f"?edition={one.number}",
                "current": place == chosen,
                "length": length_of(getattr(one, name) for name in SECTIONS),
            }
            for place, one in enumerate(editions)
        ],
        "shows_present": chosen is None,
    }
