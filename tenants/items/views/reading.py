"""Texts of an item side by side or compared, and the download of a file."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenants.accounts.models import User, actor_of
from tenants.items import comparison, queries
from tenants.items.models import Edition, EditionKind, Item
from tenants.items.texts import Texts
from tenants.items.views.common import detail_url, reader
from zhitong.core import clock
from zhitong.documents import downloads
from zhitong.web import navigation, parts
from zhitong.web.parts import Action, TextTab


@login_required
@require_safe
def texts(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Original, edited and issued text: side by side, or (`?view=diff`) the last against the original."""
    user = reader(request)
    item = queries.get_visible(user, item_uuid)
    navigation.mark(request, "items" if user.has_zt_perm("items.read_all") else "own_items")
    editions, nameless = _latest(item), queries.hides_reviewers_from(user, item)
    context = {
        "item": item,
        "number": queries.number_label(item, request.tenant.mark),  # type: ignore[attr-defined]
        "back": detail_url(item),
        "phone_title": "文本对照",
        "tabs": _tabs(request, item, editions),
        "editions": [_column(edition, user, nameless) for edition in editions],
        "box": parts.empty(
            "还没有可对照的文本",
            "提交以后保存原稿，审核人修改后有核稿，签发后有定稿。",
            Action("回这一篇", url=detail_url(item)),
        ),
    }
    if request.GET.get("view") == "diff" and len(editions) > 1:
        compared = comparison.compare(Texts.of(editions[0]), Texts.of(editions[-1]))
        inserted, deleted, places = comparison.changed(compared)
        context |= {"passages": compared, "inserted": inserted, "deleted": deleted, "changes": places}
    return render(request, "items/texts.html", context)


@login_required
@require_safe
def download(request: HttpRequest, item_uuid: UUID, file_uuid: UUID) -> FileResponse:
    """Hand out a file of an item the reader may see; the download is logged."""
    attachment = queries.visible_attachment(reader(request), item_uuid, file_uuid)
    return downloads.download(
        actor=actor_of(request.user),
        owner=connection.tenant,  # type: ignore[attr-defined]
        file_uuid=attachment.uuid,
        name=attachment.name,
        sha256=attachment.sha256,
        media_type=attachment.media_type,
        object_kind="item",
        object_id=item_uuid,
    )


def _latest(item: Item) -> list[Edition]:
    """Return the first original and the latest edited and issued text, in that order, as far as they exist."""
    editions = list(item.editions.order_by("number"))
    found: dict[str, Edition] = {}
    for edition in editions:
        if edition.kind != EditionKind.ORIGINAL or edition.kind not in found:
            found[edition.kind] = edition
    return [found[kind] for kind in EditionKind.values if kind in found]


def _tabs(request: HttpRequest, item: Item, editions: list[Edition]) -> list[TextTab]:
    here, diff = reverse("items:texts", args=[item.uuid]), request.GET.get("view") == "diff"
    refused = "" if len(editions) > 1 else "还只有一稿"
    return [
        TextTab("并排", here, current=not diff or bool(refused), key="1"),
        TextTab("对比", f"{here}?view=diff", current=diff and not refused, key="3", refused=refused),
    ]


def _column(edition: Edition, user: User, nameless: bool) -> dict[str, object]:  # noqa: FBT001 - a fact of the page
    hidden = nameless and edition.kind != EditionKind.ORIGINAL and edition.writer_id != user.pk
    at = edition.written_at.astimezone(clock.SHANGHAI)
    return {
        "label": edition.get_kind_display(),
        "writer": queries.NAMELESS if hidden else edition.writer_label,
        "when": f"{at:%Y-%m-%d %H:%M}",
        "title": edition.title,
        "passages": comparison.passages(Texts.of(edition)),
    }
