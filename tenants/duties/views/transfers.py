"""Consent of a member that the own dossier goes from one unit to another."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenants.duties.forms import TransferForm
from tenants.duties.views import common
from tenants.items.views.common import reader
from zhitong.core.errors import NotFound, Refusal
from zhitong.ranking.models import DossierTransfer
from zhitong.ranking.operations import consent_to_transfer, withdraw_consent
from zhitong.ranking.transfers import own_person, transfers_of, units_of
from zhitong.units.current import unit_in_force
from zhitong.web import parts
from zhitong.web.parts import Action, State


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: HttpRequest) -> HttpResponse:
    """Show where the own dossier may go and went; a post consents, or takes a consent back."""
    user = reader(request)
    common.sections(request, user, "own")
    person = own_person(user.actor, unit_in_force())
    units = units_of(person)
    form: TransferForm | None = None
    refused: Refusal | None = None
    do = request.POST.get("do", "")
    if len(units) > 1:
        here = str(unit_in_force().uuid)
        other = next(str(unit.uuid) for unit in units if str(unit.uuid) != here)
        data = request.POST if do == "consent" else None
        form = TransferForm(data, units=units, initial={"source": other, "receiver": here})
    if request.method == "POST":
        try:
            if do == "withdraw":
                withdraw_consent(actor=user.actor, transfer_uuid=_uuid(request.POST.get("transfer", "")))
                messages.success(request, "已收回同意，对方不再看得到。")
                return redirect("duties:transfer")
            if form is None or do != "consent":
                raise NotFound
            if form.is_valid():
                source, receiver = (UUID(form.cleaned_data[name]) for name in ("source", "receiver"))
                consent_to_transfer(actor=user.actor, source=source, receiver=receiver)
                messages.success(request, "已同意，档案很快转到。")
                return redirect("duties:transfer")
        except Refusal as refusal:
            refused = refusal
    context = {
        "form": form,
        "transfers": [(one, _state(one), one.withdrawn_at is None) for one in transfers_of(person)],
        "refused": refused,
        "back": reverse("duties:own"),
        "phone_title": "转履职档案",
        "empty_box": parts.empty(
            "没有可以转的单位",
            "调到新单位后，由新单位管理员建账号；您把两个账号关联起来，再在这里同意转档案。",
            Action("关联账号", url=reverse("accounts:joined"), primary=True),
            icon="arrow-right",
        ),
    }
    status = refused.status if refused else form.status if form else 200
    return render(request, "duties/transfer.html", context, status=status)


def _state(one: DossierTransfer) -> State:
    if one.withdrawn_at is not None:
        return State("已收回同意", "off")
    return State("已转到", "ok") if one.frozen_at else State("正在转", "now")


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise NotFound from error
