"""Texts of an item side by side or compared, and the download of a file."""

from collections.abc import Sequence
from typing import Any
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
from zhitong.web.templatetags.zt import zt_short


@login_required
@require_safe
def texts(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Original, edited and issued text: side by side, or (`?view=diff`) any two of them compared (`from`, `to`)."""
    user = reader(request)
    item = queries.get_visible(user, item_uuid)
    navigation.mark(request, "items" if user.has_zt_perm("items.read_all") else "own_items")
    named = _named(user, item)
    kept = list(item.editions.select_related("writer").order_by("number"))
    drafts = queries.drafts_open_to(user, item)
    every = sorted([*drafts, *kept], key=lambda edition: edition.number)
    context = {
        "item": item,
        "number": queries.number_label(item, request.tenant.mark),  # type: ignore[attr-defined]
        "back": detail_url(item),
        "here": reverse("items:texts", args=[item.uuid]),
        "phone_title": "文本对照",
        "tabs": _tabs(request, item, every),
        "columns": [_column(edition, named) for edition in _latest(kept)],
        "box": parts.empty(
            "还没有可对照的文本",
            "提交以后保存原稿，审核人修改后有核稿，签发后有定稿。",
            Action("回这一篇", url=detail_url(item)),
        ),
    }
    if request.GET.get("view") == "diff" and len(every) > 1:
        context |= _compared(request, _latest(kept), every)
        context["editions"] = [(one.number, _words(one, named)) for one in every]
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


def _latest(editions: Sequence[Edition]) -> list[Edition]:
    """Return the first original and the latest edited and issued text, in that order, as far as they exist."""
    found: dict[str, Edition] = {}
    for edition in editions:
        if edition.kind != EditionKind.ORIGINAL or edition.kind not in found:
            found[edition.kind] = edition
    return [found[kind] for kind in EditionKind.values if kind in found]


def _compared(request: HttpRequest, latest: Sequence[Edition], every: Sequence[Edition]) -> dict[str, Any]:
    """Return two texts compared: those asked for, else the last of the kept ones against the original."""
    known = {str(edition.number): edition for edition in every}
    usual = latest if len(latest) > 1 else every
    old = known.get(request.GET.get("from", ""), usual[0])
    new = known.get(request.GET.get("to", ""), usual[-1])
    compared = comparison.compare(Texts.of(old), Texts.of(new))
    inserted, deleted, places = comparison.changed(compared)
    counts = {"inserted": inserted, "deleted": deleted, "changes": places}
    return {"passages": compared, "old": old.number, "new": new.number, **counts}


def _tabs(request: HttpRequest, item: Item, every: Sequence[Edition]) -> list[TextTab]:
    here, diff = reverse("items:texts", args=[item.uuid]), request.GET.get("view") == "diff"
    refused = "" if len(every) > 1 else "还只有一稿"
    return [
        TextTab("并排", here, current=not diff or bool(refused), key="1"),
        TextTab("对比", f"{here}?view=diff", current=diff and not refused, key="3", refused=refused),
    ]


def _column(edition: Edition, named: frozenset[int] | None) -> dict[str, object]:
    at = edition.written_at.astimezone(clock.SHANGHAI)
    return {
        "label": edition.get_kind_display(),
        "writer": _writer(edition, named),
        "when": f"{at:%Y-%m-%d %H:%M}",
        "title": edition.title,
        "passages": comparison.passages(Texts.of(edition)),
    }


def _words(edition: Edition, named: frozenset[int] | None) -> str:
    """Return which text it is, by whom and when: 第 2 稿 核稿 周敏 06-15 14:20."""
    who = _writer(edition, named)
    return f"第 {edition.number} 稿 {edition.get_kind_display()} {who} {zt_short(edition.written_at)}"


def _named(user: User, item: Item) -> frozenset[int] | None:
    """Return the accounts whose names `user` may read as writers of a text; None where all may be read."""
    if not queries.hides_reviewers_from(user, item):
        return None
    own = item.authors.filter(user__isnull=False).values_list("user_id", flat=True)
    return frozenset(pk for pk in [user.pk, item.created_by_id, *own] if pk is not None)


def _writer(edition: Edition, named: frozenset[int] | None) -> str:
    hidden = named is not None and edition.kind != EditionKind.ORIGINAL and edition.writer_id not in named
    return queries.NAMELESS if hidden else edition.writer_label
