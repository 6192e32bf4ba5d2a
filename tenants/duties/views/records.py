"""Records of duties: entering one, the office's queue, the proof."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenants.accounts.models import User
from tenants.duties import operations
from tenants.duties.forms import RecordForm
from tenants.duties.models import Counted, DutyRecord
from tenants.duties.queries import dossiers
from tenants.duties.views import common
from tenants.items.views.common import reader
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotFound, Refusal
from zhitong.documents import storage
from zhitong.documents.downloads import download
from zhitong.units.current import unit_in_force
from zhitong.web import parts
from zhitong.web.keyset import SIZE


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form of a record, of the reader's own or for somebody; a post enters it."""
    user = reader(request)
    of = _of(user, request.GET.get("user", ""))
    duties = [duty for duty in dossiers.duties_of(clock.today().year) if duty.counted == Counted.RECORDS]
    form = RecordForm(request.POST or None, request.FILES or None, duties=duties, initial={"on": clock.today()})
    is_own = of.pk == user.pk
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            proof = storage.store(unit_in_force(), given["proof"]) if given["proof"] else None
            operations.enter_record(
                actor=user.actor,
                duty_uuid=UUID(given["duty"]),
                on=given["on"],
                words=given["words"],
                proof=proof,
                user_uuid=of.uuid,
            )
        except InvalidInput as refusal:
            if "file" in refusal.fields:
                refusal.fields["proof"] = refusal.fields.pop("file")
            form.refuse(refusal)
        else:
            messages.success(request, "已登记，等办公室确认。" if is_own else "已登记。")
            return redirect("duties:own") if is_own else redirect("duties:member", user_uuid=of.uuid)
    context = {
        "form": form,
        "of": of,
        "is_own": is_own,
        "duties": duties,
        "back": reverse("duties:own") if is_own else reverse("duties:member", args=[of.uuid]),
        "phone_title": "登记履职记录",
        "empty_box": parts.empty(
            "没有要登记的", "今年的履职清单里没有靠登记完成的事项，其余的自动计数。", icon="clipboard-list"
        ),
    }
    return render(request, "duties/record_new.html", context, status=form.status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def records(request: HttpRequest) -> HttpResponse:
    """Show what waits for the office; a post confirms or refuses one."""
    user = reader(request)
    user.actor.require("duties.manage")
    refused: Refusal | None = None
    kept = {"record": "", "reason": ""}
    if request.method == "POST":
        kept = {name: request.POST.get(name, "") for name in kept}
        try:
            record = operations.decide_record(
                actor=user.actor,
                record_uuid=_uuid(kept["record"]),
                confirm=request.POST.get("do") == "confirm",
                reason=kept["reason"],
            )
        except Refusal as refusal:
            refused = refusal
        else:
            messages.success(request, f"{record.user.name}的履职记录{record.get_state_display()}。")
            return redirect("duties:records")
    waiting = list(dossiers.waiting_records()[: SIZE + 1])
    context = {
        "filters": common.sections(request, user, "members"),
        "records": [
            {"record": one, "reason": kept["reason"] if str(one.uuid) == kept["record"] else ""}
            for one in waiting[:SIZE]
        ],
        "more": len(waiting) > SIZE,
        "refused": refused,
        "back": reverse("duties:members"),
        "phone_title": "确认履职记录",
        "empty_box": parts.empty("没有等待确认的履职记录", "委员登记以后，会出现在这里。", icon="circle-check"),
    }
    return render(request, "duties/records.html", context, status=refused.status if refused else 200)


@login_required
@require_safe
def proof(request: HttpRequest, record_uuid: UUID) -> FileResponse:
    """Hand out the proof of a record to its member and to the office."""
    user = reader(request)
    record: DutyRecord = dossiers.get_record(user, record_uuid)
    if not record.proof_sha256:
        raise NotFound
    return download(
        actor=user.actor,
        owner=unit_in_force(),
        file_uuid=record.uuid,
        name=record.proof_name,
        sha256=record.proof_sha256,
        media_type=record.proof_type,
        object_kind="duty_record",
        object_id=record.uuid,
    )


def _of(user: User, asked: str) -> User:
    """Return whose record it is: the reader's, or somebody's whom the office names."""
    if not asked or asked == str(user.uuid):
        return user
    user.actor.require("duties.manage")
    return dossiers.get_member(_uuid(asked))


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise NotFound from error
