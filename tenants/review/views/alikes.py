"""Look-alikes beside a text: the list, two texts side by side, and what a reviewer says of the pair."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from search.alike import passages
from search.documents import body_of
from search.lookalikes import look_alikes, may_judge, pair_of
from search.operations import judge_pair
from search.rights import reader_of
from tenants.accounts.models import User
from tenants.items.models import Item, State
from tenants.items.queries import author_names, number_label
from tenants.items.views.common import detail_url, reader
from tenants.review.models import Task
from tenants.review.queries.access import readable_item
from tenants.review.views.presenting import alikes as drawn
from zhitong.core.errors import InvalidInput, NotFound
from zhitong.web.templatetags.zt import zt_short


@login_required
@require_safe
@never_cache
def alikes(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """The look-alikes of an item as far as the reader may know of them: a part for htmx, else a page."""
    user = reader(request)
    item = readable_item(user, item_uuid)
    found = look_alikes(title=item.title, body=body_of(item), item=item.uuid, reader=reader_of(user.actor))
    own = request.tenant.short_name  # type: ignore[attr-defined]
    context = drawn.context_of(found, item, user.actor, title=item.title, own=own, back=_back(user, item))
    return render(request, drawn.template_of(request), context)


@login_required
@require_safe
@never_cache
def pair(request: HttpRequest, item_uuid: UUID, other_uuid: UUID) -> HttpResponse:
    """Two texts side by side, the common passages marked and numbered.

    Raises:
        NotFound: either is closed to the reader, or they are one.
    """
    user = reader(request)
    item = readable_item(user, item_uuid)
    body = body_of(item)
    alike = (
        pair_of(title=item.title, body=body, item=item.uuid, other=other_uuid, reader=reader_of(user.actor))
        if item_uuid != other_uuid
        else None
    )
    if alike is None:
        raise NotFound
    common = passages(body, alike.document.body)
    number = number_label(item, request.tenant.mark)  # type: ignore[attr-defined]
    context = {
        "item": item,
        "sides": [
            drawn.side_of_item(item, number, author_names(item), detail_url(item), common),
            drawn.side_of_document(alike.document, drawn.page_of(alike.document, user.actor), common),
        ],
        "share": drawn.share_words(alike),
        "kind": drawn.KINDS[alike.kind],
        "first": drawn.first_of(item, alike),
        "may_judge": may_judge(user.actor) and item.state != State.DRAFT,
        "verdict": alike.verdict,
        "verdict_at": zt_short(alike.verdict.at) if alike.verdict else "",
        "judge_url": reverse("review:judge", args=[item_uuid, other_uuid]),
        "back": _back(user, item),
        "phone_title": "雷同对比",
        **drawn.figures_of(common),
    }
    return render(request, "review/pair.html", context)


@login_required
@require_POST
def judge(request: HttpRequest, item_uuid: UUID, other_uuid: UUID) -> HttpResponse:
    """Keep what the reviewer says of the pair, and show it again."""
    user = reader(request)
    readable_item(user, item_uuid)
    said = request.POST.get("verdict", "")
    if said not in {"same", "different"}:
        raise InvalidInput("请选择“同一事项”或“不是同一件”。")
    judge_pair(actor=user.actor, item_uuid=item_uuid, other_uuid=other_uuid, same=said == "same")
    messages.success(request, "已记为同一事项。" if said == "same" else "已记为不是同一件，以后不再提示。")
    return redirect("review:pair", item_uuid=item_uuid, other_uuid=other_uuid)


def _back(user: User, item: Item) -> str:
    """Return where the reader came from: the own open task of the item, else the item's page."""
    task = Task.objects.filter(run__item=item, holder=user, state=Task.State.OPEN).order_by("-pk").first()
    return reverse("review:task", args=[task.uuid]) if task else detail_url(item)
