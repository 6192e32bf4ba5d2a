"""Ways in and out: sign in, sign out, invitation, password, locked out; on a unit's and on the bare host."""

from datetime import timedelta
from typing import Any

from axes.helpers import get_cool_off
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts import operations, passwords
from tenants.accounts.forms import InvitationForm, LoginForm, PasswordForm
from tenants.accounts.middleware import MUST_CHANGE_KEY, SESSION_KEY
from tenants.accounts.models import User, actor_of
from tenants.accounts.operations.access import InvitationGone
from zhitong.core import clock
from zhitong.core.errors import InvalidInput
from zhitong.core.operations import current_unit_id
from zhitong.web import parts, views
from zhitong.web.parts import Action

_WRONG = "登录名（手机号）或密码不对，请核对后再试。"


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in by name or mobile number. A wrong name and a wrong password look the same."""
    if request.user.is_authenticated:
        return redirect(_landing(request))
    form = LoginForm(request.POST or None)
    if form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if isinstance(user, User):
            _enter(request, user)
            return redirect(_landing(request))
        form.add_error(None, _WRONG)
    return _plain(request, "accounts/login.html", {"form": form, "next": _next(request)}, form.status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out; the session's row is removed."""
    logout(request)
    messages.success(request, "已退出。")
    return redirect("accounts:login")


@sensitive_post_parameters("password", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited user set the password; a used or expired link gets a plain page."""
    try:
        user = operations.invited_user(token=token)
        form = InvitationForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                user = operations.accept_invitation(token=token, password=form.cleaned_data["password"])
            except InvalidInput as refusal:
                form.refuse(refusal)
            else:
                _enter(request, user)
                messages.success(request, "密码已设好，下次用登录名或手机号登录。")
                return redirect(_home())
    except InvitationGone as gone:
        return _invitation_gone(request, gone)
    return _plain(request, "accounts/invitation.html", {"form": form, "invited": user}, form.status)


@sensitive_post_parameters("old", "password", "again")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Let the reader change the own password."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = operations.change_password(
                actor=actor_of(request.user),
                user=request.user,  # type: ignore[arg-type]
                old=form.cleaned_data["old"],
                new=form.cleaned_data["password"],
            )
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            update_session_auth_hash(request, user)
            request.session.pop(MUST_CHANGE_KEY, None)
            messages.success(request, "密码已修改，其他设备上的登录已全部退出。")
            return redirect(_home())
    must = bool(request.session.get(MUST_CHANGE_KEY))
    return _plain(request, "accounts/password.html", {"form": form, "must": must}, form.status)


def locked_out(request: HttpRequest, *_: Any) -> HttpResponse:
    """Say that signing in is barred after repeated failures, and until when (axes counts anew at each attempt)."""
    span: timedelta = get_cool_off(request) or timedelta()
    until = timezone.localtime(clock.now() + span)
    minutes = max(1, round(span.total_seconds() / 60))
    box = parts.refusal(
        "登录已暂停",
        f"密码连续填错次数过多。请在 {until:%H:%M} 以后（{minutes} 分钟后）再试；在此之前再试，就从那时起重新计时。",
        Action("回登录页", url=reverse("accounts:login"), primary=True),
        rule="连续填错 5 次，暂停登录 15 分钟",
        who="忘记密码的，请本单位管理员重新发邀请链接",
    )
    return views.say(request, box, 429)


def _enter(request: HttpRequest, user: User) -> None:
    login(request, user, backend="tenants.accounts.backends.UnitBackend")
    request.session[SESSION_KEY] = current_unit_id()
    if passwords.is_expired(user):
        request.session[MUST_CHANGE_KEY] = True


def _landing(request: HttpRequest) -> str:
    if request.session.get(MUST_CHANGE_KEY):
        return reverse("accounts:password")
    return _next(request) or _home()


def _home() -> str:
    return reverse("home") if current_unit_id() is not None else reverse("operators:home")


def _next(request: HttpRequest) -> str:
    """Return where the reader wanted to go; only paths of this host are followed."""
    wanted = str(request.POST.get("next") or request.GET.get("next") or "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") else ""


def _invitation_gone(request: HttpRequest, gone: InvitationGone) -> HttpResponse:
    box = parts.refusal(
        "邀请链接不能用了",
        gone.message,
        Action("去登录", url=reverse("accounts:login"), primary=True),
        rule="邀请链接只能用一次，72 小时内有效",
        who="本单位管理员",
    )
    return views.say(request, box, 404)


def _plain(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    return render(request, template, context, status=status)
