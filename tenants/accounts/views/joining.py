"""The reader's own accounts in other units: joined by a code from one to the other, and parted again."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenants.accounts import operations
from tenants.accounts.forms import JoinCodeForm, JoinForm
from tenants.accounts.models import User
from tenants.accounts.navigation import host_url
from zhitong.core.errors import NotFound, Refusal, WrongState
from zhitong.core.operations import current_unit_id
from zhitong.people.operations import MINUTES, WrongCode
from zhitong.people.queries import accounts_of
from zhitong.web import limits, navigation

_DOOR, _TRIES = "joining", 5


@sensitive_post_parameters("password", "code")
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def joined(request: HttpRequest) -> HttpResponse:
    """List the accounts that the reader joined; a post opens a code, joins by one (`do`), or parts this account."""
    navigation.mark(request, "joined")
    user: Any = request.user
    do = request.POST.get("do", "") if request.method == "POST" else None
    opening = JoinCodeForm(request.POST if do == "open" else None, auto_id="open-%s")
    joining = JoinForm(request.POST if do == "join" else None, auto_id="join-%s")
    code: tuple[str, datetime] | None = None
    refused: Refusal | None = None
    if do == "open" and opening.is_valid():
        code = _open(request, user, opening)
    elif do == "join" and joining.is_valid() and _join(request, user, joining):
        messages.success(request, "已关联。现在可以从页面顶上切换单位，也可以把履职档案转过去。")
        return redirect("accounts:joined")
    elif do == "part":
        try:
            operations.part_accounts(actor=user.actor)
        except WrongState as refusal:
            refused = refusal
        else:
            messages.success(request, "已解除关联，同意转出的履职档案也已收回。")
            return redirect("accounts:joined")
    elif do not in {None, "open", "join"}:
        raise NotFound
    context = {
        "accounts": _accounts(request, user),
        "opening": opening,
        "joining": joining,
        "code": code,
        "minutes": MINUTES,
        "refused": refused,
        "phone_title": "关联账号",
    }
    status = 200 if code else refused.status if refused else max(opening.status, joining.status)
    return render(request, "accounts/joined.html", context, status=status)


def _open(request: HttpRequest, user: User, form: JoinCodeForm) -> tuple[str, datetime] | None:
    try:
        limits.require_room(request, _DOOR, account=user.uuid, most=_TRIES)
        return operations.open_join_code(actor=user.actor, password=form.cleaned_data["password"])
    except Refusal as refusal:
        _refuse(request, user, form, refusal)
        return None


def _join(request: HttpRequest, user: User, form: JoinForm) -> bool:
    try:
        limits.require_room(request, _DOOR, account=user.uuid, most=_TRIES)
        operations.join_accounts(actor=user.actor, **form.cleaned_data)
    except Refusal as refusal:
        _refuse(request, user, form, refusal)
        return False
    return True


def _refuse(request: HttpRequest, user: User, form: JoinCodeForm | JoinForm, refusal: Refusal) -> None:
    """Say no on the form; what somebody could guess at, a password or a code, counts as a failure of the account."""
    if isinstance(refusal, operations.WrongPassword | WrongCode):
        limits.note_failure(request, _DOOR, account=user.uuid)
    form.refuse(refusal)


def _accounts(request: HttpRequest, user: User) -> list[tuple[str, str]]:
    """Return the units of the joined accounts, each with its address; this one without."""
    if user.person_uuid is None:
        return []
    here = current_unit_id()
    return [
        (one.unit.short_name, "" if one.unit_id == here else host_url(request, str(getattr(one, "host", ""))))
        for one in accounts_of(user.person_uuid)
    ]
