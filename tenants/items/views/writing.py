"""The writing page: one form, saved whole before any of its buttons acts, so nothing typed is lost."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.items import handover, operations, queries
from tenants.items.errors import Duplicate
from tenants.items.fields import AuthorInput
from tenants.items.forms import DraftForm, changes_of, initial_of
from tenants.items.merging import marks_of, merged
from tenants.items.models import Item, State
from tenants.items.texts import Texts
from tenants.items.views import writing_parts
from tenants.items.views.common import detail_url, merge_box, posted_version, reader, saved_version
from tenants.items.views.turns import lost, typed, written
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotFound, Refusal, StaleVersion, WrongState

_FOLDED = ("source", "submitter_kind", "group", "not_public_reason", "keywords", "remark")
_MOVES = {"move_up": -1, "move_down": 1, "remove": 0}  # button of a signer -> how far the row goes; 0: away


@login_required
@require_safe
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Begin a draft and go to its page; an untouched draft is used again, so that opening the page twice makes one."""
    user = reader(request)
    user.actor.require("items.write")
    item = queries.untouched_draft(user) or operations.create_draft(actor=user.actor, changes={})
    return redirect("items:edit", item_uuid=item.uuid)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def edit(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Show the writing page to whoever has the pen; a post saves what was typed, then does what its button says."""
    user = reader(request)
    try:
        item = written(user, item_uuid)
    except NotFound:
        if request.method == "POST" and typed(request):
            return lost(request)
        raise
    if item.state not in (State.DRAFT, State.RETURNED):
        return redirect(detail_url(item))
    if request.method != "POST":
        if not item.is_written_by(user):
            return redirect("items:pen", item_uuid=item.uuid)
        return _page(request, item, DraftForm(initial=initial_of(item)))
    saved = None
    try:
        saved = operations.save_draft(
            actor=user.actor, item_uuid=item_uuid, version=saved_version(request), changes=_changes(request, item)
        )
        return _act(request, saved)
    except StaleVersion:
        item = queries.get_written(user, item_uuid)
        version = posted_version(request)
        return _page(request, item, DraftForm(request.POST), version=version, stale=True, status=409)
    except (InvalidInput, WrongState) as refusal:
        item = queries.get_written(user, item_uuid)
        form = DraftForm(request.POST)
        form.refuse(refusal)
        # What was typed is saved although its button was refused: the writer goes on from there.
        version = item.version if saved else posted_version(request)
        stale = not saved and "merged" in request.POST
        earlier = reverse("items:texts", args=[refusal.earlier]) if isinstance(refusal, Duplicate) else ""
        return _page(request, item, form, version=version, stale=stale, earlier_url=earlier, status=refusal.status)


@login_required
@require_POST
def autosave(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Save what is typed: JSON with the new version and the minute; 409 is the merge notice, 422 says what is wrong."""
    user = reader(request)
    try:
        item = operations.save_draft(
            actor=user.actor, item_uuid=item_uuid, version=posted_version(request), changes=changes_of(request.POST)
        )
    except StaleVersion:
        item = queries.get_written(user, item_uuid)
        return render(request, "items/merge.html", {"merge": _merge(request, item)}, status=409)
    except Refusal as refusal:
        return JsonResponse(
            {"message": refusal.message, "fields": refusal.fields},
            status=refusal.status,
            json_dumps_params={"ensure_ascii": False},
        )
    unit = request.tenant  # type: ignore[attr-defined]
    return JsonResponse(
        {
            "version": item.version,
            "marks": marks_of(initial_of(item)),
            "saved_at": f"{timezone.localtime(clock.now()):%H:%M}",
            **writing_parts.live_parts(item, unit),
        },
        json_dumps_params={"ensure_ascii": False},
    )


@login_required
@require_POST
def delete(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Delete an own draft."""
    operations.delete_draft(actor=reader(request).actor, item_uuid=item_uuid)
    messages.success(request, "草稿已删除。")
    return redirect("items:own")


def _act(request: HttpRequest, item: Item) -> HttpResponse:
    post, actor = request.POST, reader(request).actor
    here = reverse("items:edit", args=[item.uuid])
    if post.get("action") == "submit":
        try:
            handover.submit(actor=actor, item_uuid=item.uuid, version=item.version)
        except InvalidInput as refusal:
            question = handover.question_of(refusal, item.uuid)
            if not question:
                raise
            return redirect(question)
        messages.success(request, "已提交。走到哪一步，在“我的信息”里随时看得到。")
        return redirect("items:own")
    if post.get("action") == "hand":
        version, note = item.version, post.get("pen_note", "")
        operations.hand_pen(actor=actor, item_uuid=item.uuid, version=version, to=post.get("pen_to", ""), note=note)
        messages.success(request, "已交出。对方写好交回，或者您收回以后，可以接着写。")
        return redirect("items:pen", item_uuid=item.uuid)
    if post.get("action") == "give_back":
        operations.give_pen_back(actor=actor, item_uuid=item.uuid, version=item.version)
        messages.success(request, "已交回，谢谢您。")
        return redirect("items:own")
    if label := post.get("take_category"):
        operations.save_draft(
            actor=actor, item_uuid=item.uuid, version=item.version, changes=changes_of({"category": label})
        )
        return redirect(here)
    if post.get("action") == "find":
        return redirect(f"{here}?{urlencode({'find': post.get('find', '')[:60]})}#co")
    if post.get("remove_file"):
        operations.remove_attachment(actor=actor, item_uuid=item.uuid, attachment_uuid=_uuid(post["remove_file"]))
        return redirect(f"{here}#files")
    if request.FILES:
        _attach_all(request, item)
        return redirect(f"{here}#files")
    signers = _changed_signers(request, item)
    if signers is not None:
        operations.set_authors(actor=actor, item_uuid=item.uuid, version=item.version, authors=signers)
        moved = post.get("move_up") or post.get("move_down")
        # The moved signer takes the focus; a mark in the address would take it away again.
        return redirect(f"{here}?{urlencode({'moved': moved})}" if moved else f"{here}#co")
    return redirect(here)


def _attach_all(request: HttpRequest, item: Item) -> None:
    """Take every file that can be taken.

    Raises:
        InvalidInput: names each of the others.
    """
    refused: list[str] = []
    for file in request.FILES.getlist("file"):
        try:
            operations.attach(actor=reader(request).actor, item_uuid=item.uuid, file=file)
        except InvalidInput as refusal:
            refused.append(refusal.message)
    if refused:
        raise InvalidInput(" ".join(refused), fields={"file": refused})


def _changed_signers(request: HttpRequest, item: Item) -> list[AuthorInput] | None:
    """Return the signers after the pressed button, None when no such button was pressed."""
    post = request.POST
    rows, _refusals = writing_parts.named(item)
    signers = [writing_parts.as_input(row) for row in rows]
    if post.get("add_author"):
        return [*signers, AuthorInput(user=_uuid(post["add_author"]))]
    if post.get("add_name"):
        return [*signers, AuthorInput(name=post["add_name"], duty=post.get("outside_duty", ""))]
    keys = [str(row.pk) for row in rows]
    for name, step in _MOVES.items():
        if post.get(name) not in keys:
            continue
        place = keys.index(post[name])
        moved = signers.pop(place)
        if step:
            signers.insert(max(0, place + step), moved)
        return signers
    return None


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise NotFound from error


def _changes(request: HttpRequest, item: Item) -> dict[str, Any]:
    """Return what is to be saved: all that was sent, or after a merge what was chosen of it."""
    if "merged" not in request.POST:
        return changes_of(request.POST)
    return merged(request.POST.dict(), initial_of(item))


def _merge(request: HttpRequest, item: Item) -> dict[str, Any]:
    """Return the merge box; nobody is named: the other one is the writer too, in another window or on a phone."""
    when = f"{timezone.localtime(item.changed_at):%m-%d %H:%M}"
    stored = Texts.of(item).as_dict()
    return merge_box(request, stored, version=item.version, who="另一处", when=when, by_button=True)


def _page(
    request: HttpRequest,
    item: Item,
    form: DraftForm,
    *,
    version: int = 0,
    stale: bool = False,
    earlier_url: str = "",
    status: int = 200,
) -> HttpResponse:
    unit = request.tenant  # type: ignore[attr-defined]
    drawn_before = bool(version) and version != item.version
    words = request.POST.get("add_name") or request.GET.get("find", "")
    context = writing_parts.context(item, unit, words=words.strip()[:60], moved=request.GET.get("moved", ""))
    context |= writing_parts.pen(item, reader(request), context["co_authors"])
    context |= {
        "item": item,
        "form": form,
        "merge": _merge(request, item) if stale else None,
        "marks": request.POST["marks"] if drawn_before and "marks" in request.POST else marks_of(initial_of(item)),
        "earlier_url": earlier_url,
        "pen_to": request.POST.get("pen_to", ""),
        "pen_note": request.POST.get("pen_note", ""),
        "version": version or item.version,
        "more_open": any(form[name].errors for name in _FOLDED),
        "back": reverse("items:own"),
        "phone_title": "写信息",
    }
    return render(request, "items/edit.html", context, status=status)
