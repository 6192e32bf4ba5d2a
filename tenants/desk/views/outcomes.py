"""Outcomes recorded by hand, and their correction."""

from collections import defaultdict
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.desk import operations, queries
from tenants.desk.forms import OutcomeForm
from tenants.desk.models import Proof
from tenants.items.models import Item
from tenants.items.queries import get_visible
from tenants.items.views.common import reader
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import leaving_traces, require_unit
from zhitong.documents import downloads, storage
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Event, EventKind, Visibility
from zhitong.exchange.operations.outcomes import OUTCOMES
from zhitong.units.current import unit_in_force
from zhitong.web import navigation


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def outcomes(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """The outcomes of an item and the form for a further one."""
    user = reader(request)
    user.actor.require("exchange.record")
    item = get_visible(user, item_uuid)
    bodies = queries.answering_bodies(item.uuid)
    if request.method != "POST":
        return _page(request, item, OutcomeForm(bodies=bodies))
    form = OutcomeForm(request.POST, request.FILES, bodies=bodies)
    if not form.is_valid():
        return _page(request, item, form, status=422)
    given = form.cleaned_data
    chosen = next((body for body in bodies if str(body.uuid) == given["body"]), None)
    try:
        file = given["proof"]
        with leaving_traces(user.actor):
            proof = storage.store(unit_in_force(), file) if file else None
        operations.record_outcome(
            actor=user.actor,
            item_uuid=item.uuid,
            kind=EventKind(given["kind"]),
            mode=given["mode"] if given["kind"] == EventKind.ADOPTED else "",
            body=chosen,
            occurred_on=given["occurred_on"],
            bulletin=given["bulletin"],
            issue_number=given["issue_number"],
            leader=given["leader"],
            leader_rank=given["leader_rank"],
            words=given["words"],
            visibility=Visibility(given["visibility"]),
            reason=given["reason"],
            proof=proof,
        )
    except (InvalidInput, WrongState) as refusal:
        if "file" in refusal.fields:
            refusal.fields["proof"] = refusal.fields.pop("file")
        form.refuse(refusal)
        return _page(request, item, form, status=refusal.status)
    messages.success(request, "结果已登记，链上的单位和反映人会收到通知。")
    return redirect("desk:outcome", item_uuid=item.uuid)


@login_required
@require_POST
def reverse_outcome(request: HttpRequest, event_uuid: UUID) -> HttpResponse:
    """Correct a wrong outcome by a further event, with a reason; without one the page asks for it."""
    user = reader(request)
    user.actor.require("exchange.record")
    reason = request.POST.get("reason", "")
    try:
        event = exchange.reverse(actor=user.actor, event_uuid=event_uuid, reason=reason)
    except InvalidInput as refusal:
        wrong = Event.objects.filter(uuid=event_uuid, unit_id=require_unit()).first()
        if wrong is None:
            raise NotFound from refusal
        item = get_visible(user, wrong.item_uuid)
        form = OutcomeForm(bodies=queries.answering_bodies(item.uuid))
        return _page(
            request,
            item,
            form,
            refusal.status,
            asked=(event_uuid, " ".join(refusal.fields.get("reason", [refusal.message]))),
        )
    messages.success(request, "已冲正，得分和去向随之更正。")
    return redirect("desk:outcome", item_uuid=event.item_uuid)


@login_required
@require_safe
def proof(request: HttpRequest, proof_uuid: UUID) -> FileResponse:
    """Hand out the file that shows an outcome, to those who record outcomes; the download is logged.

    Raises:
        NotFound: no such file, or its item is not the reader's to see.
    """
    user = reader(request)
    user.actor.require("exchange.record")
    found = Proof.objects.filter(uuid=proof_uuid).first()
    event = Event.objects.filter(uuid=found.event_uuid, unit_id=require_unit()).first() if found else None
    if found is None or event is None:
        raise NotFound
    item = get_visible(user, event.item_uuid)
    return downloads.download(
        actor=user.actor,
        owner=unit_in_force(),
        file_uuid=found.uuid,
        name=found.name,
        sha256=found.sha256,
        media_type=found.media_type,
        object_kind="item",
        object_id=item.uuid,
    )


def _page(
    request: HttpRequest, item: Item, form: OutcomeForm, status: int = 200, *, asked: tuple[UUID, str] | None = None
) -> HttpResponse:
    """Show outcomes and form; `asked` names the event whose correction lacks its reason, and says so."""
    navigation.mark(request, "items")
    events = (
        Event.objects.filter(unit_id=require_unit(), item_uuid=item.uuid, kind__in=OUTCOMES)
        .select_related("body", "dispatch__receiver", "dispatch__body", "reversed_by")
        .order_by("-id")
    )
    proofs = defaultdict(list)
    for kept in Proof.objects.filter(event_uuid__in=[event.uuid for event in events]):
        proofs[kept.event_uuid].append(kept)
    context = {
        "item": item,
        "form": form,
        "events": [
            {
                "event": event,
                "words": queries.event_words(event),
                "proofs": proofs[event.uuid],
                "open": event.reverses_id is None and not hasattr(event, "reversed_by"),
                "undone": hasattr(event, "reversed_by"),
                "error": asked[1] if asked and asked[0] == event.uuid else "",
                "reason": request.POST.get("reason", "") if asked and asked[0] == event.uuid else "",
            }
            for event in events
        ],
        "back": reverse("desk:item", args=[item.uuid]),
        "phone_title": "登记结果",
    }
    return render(request, "desk/outcomes.html", context, status=status)
