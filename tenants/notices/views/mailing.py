"""Pages about mails: the reader's own settings, the unit's, and what the links in mails lead to."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts.models import User, actor_of
from tenants.accounts.operations import change_own_email
from tenants.accounts.views.common import needs
from tenants.notices import mail, operations, plans
from tenants.notices.forms import AddressForm, MailForm, UnitMailForm, said_by_reader, said_by_unit
from tenants.notices.models import MailRule
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.core.operations import Actor, require_unit, system
from zhitong.web.parts import State
from zhitong.web.templatetags.zt import zt_short


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Show and change how the reader's own notices are mailed."""
    unit_rule, own = plans.rules_for(request.user)  # type: ignore[arg-type]
    unit = plans.unit_plan(unit_rule)
    form = MailForm(request.POST or None, unit=unit, initial=said_by_reader(own))
    if request.method == "POST" and form.is_valid():
        try:
            operations.set_own_mail(actor=actor_of(request.user), own_quiet=form.own_quiet, **form.given)
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "通知设置已保存。")
            return redirect("notices:settings")
    return _settings_page(request, own, form, _address_form(request))


@login_required
@require_POST
def address(request: HttpRequest) -> HttpResponse:
    """Change the reader's own address, and send it the link that confirms it."""
    form = AddressForm(request.POST)
    if form.is_valid():
        try:
            _change_address(actor_of(request.user), form.cleaned_data["email"])
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "确认邮件已发出，请到邮箱里点开链接。")
            return redirect("notices:settings")
    unit_rule, own = plans.rules_for(request.user)  # type: ignore[arg-type]
    return _settings_page(request, own, MailForm(unit=plans.unit_plan(unit_rule), initial=said_by_reader(own)), form)


@needs("units.settings")
@require_http_methods(["GET", "HEAD", "POST"])
def unit_settings(request: HttpRequest) -> HttpResponse:
    """Show and change how notices are mailed to everybody in the unit who says nothing else."""
    unit_rule, _own = plans.rules_for(request.user)  # type: ignore[arg-type]
    form = UnitMailForm(request.POST or None, initial=said_by_unit(plans.unit_plan(unit_rule)))
    if request.method == "POST" and form.is_valid():
        passes = form.cleaned_data["urgent_passes"] == "1"
        try:
            operations.set_unit_mail(actor=actor_of(request.user), urgent_passes=passes, **form.given)
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "单位的通知规定已保存，各人没有另选的都照此办理。")
            return redirect("notices:unit_settings")
    return render(request, "notices/unit_settings.html", {"form": form}, status=form.status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm an address by the link that was sent to it; a button, so that a mail filter's look confirms nothing."""
    reader, given = mail.confirmed_by(token)
    if request.method == "POST":
        operations.confirm_address(actor=_of_link("邮箱确认链接"), reader=reader, address=given)
    context = {"reader": reader, "address": given, "done": request.method == "POST"}
    return render(request, "notices/mail_confirm.html", context)


@csrf_exempt  # a mail program posts here by itself (RFC 8058); the link can do nothing but stop mails
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the mails to a reader by the link in one of them, without signing in."""
    reader = mail.stopped_by(token)
    if request.method == "POST":
        operations.stop_mail(actor=_of_link("退订链接"), reader=reader)
    return render(request, "notices/mail_stop.html", {"reader": reader, "done": request.method == "POST"})


@transaction.atomic
def _change_address(actor: Actor, email: str) -> None:
    """Change the address and ask it, both or neither."""
    change_own_email(actor=actor, email=email)
    operations.ask_to_confirm(actor=actor)


def _of_link(label: str) -> Actor:
    return system(require_unit(), label)


def _settings_page(
    request: HttpRequest, own: MailRule | None, form: MailForm, address_form: AddressForm
) -> HttpResponse:
    reader = User.objects.get(uuid=actor_of(request.user).user_key)  # as it is stored, not as it was typed
    state, note = _standing(reader, own)
    context = {
        "form": form,
        "address_form": address_form,
        "state": state,
        "state_note": note,
        "confirmed": operations.mails_to(reader, own),
        "sets_unit": actor_of(request.user).can("units.settings"),
    }
    return render(request, "notices/settings.html", context, status=max(form.status, address_form.status))


def _address_form(request: HttpRequest) -> AddressForm:
    return AddressForm(initial={"email": request.user.email})  # type: ignore[union-attr]


def _standing(reader: User, rule: MailRule | None) -> tuple[State, str]:
    """Return how the reader's address stands, and what to do about it."""
    if not reader.email:
        return State("没有邮箱", "off"), "现在只在这里通知。填写邮箱并确认以后，通知同时发到邮箱。"
    if operations.mails_to(reader, rule):
        return State("已确认", "ok"), "通知同时发到这个邮箱。邮件只说有事要看，不写稿件内容。"
    if rule and rule.refused_at and rule.asked_for == reader.email:
        return State("退信", "late"), f"{zt_short(rule.refused_at)} 邮件服务器回复没有这个邮箱，请核对后重新确认。"
    if rule and rule.asked_for == reader.email and rule.asked_at:
        return State("等待确认", "soon"), f"{zt_short(rule.asked_at)} 发了确认邮件，请到邮箱里点开链接。"
    return State("没有确认", "soon"), "确认以前不往这个邮箱发通知。"
