"""Routes (渠道): to whom the unit may report and who may report to it, on which terms; its administrators set them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenants.accounts.models import Position
from tenants.desk.forms import EndRouteForm, LimitForm, OpenRouteForm, SenderPostsForm
from tenants.items.views.common import reader
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from zhitong.core.operations import Actor
from zhitong.exchange.queries import Quota, quotas
from zhitong.units import operations, queries
from zhitong.units.current import unit_in_force
from zhitong.units.models import QuotaPeriod, Route, RouteKind, RouteTerms, Unit
from zhitong.units.queries import Destination, destinations
from zhitong.web import navigation, parts
from zhitong.web.forms import Form
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Cell, TableColumn, TableRow

_LOOKS = ("exchange.send", "exchange.receive", "units.settings")
ORDER = ("short_name", "pk")
"""Of those who may report to the unit."""
_FROM_BELOW = {RouteKind.HIERARCHY: "下级政协"}  # the labels of routes are those of the sender
_OUT = [TableColumn(label) for label in ("接收单位", "渠道", "限额", "要求", "谁可以报送", "联系方式")]
_IN = [TableColumn(label) for label in ("报送单位", "渠道", "限额", "要求", "签收")]
_OPENED = [TableColumn(label) for label in ("报送单位", "接收单位", "渠道", "起止", "依据", "开通人")]


@login_required
@require_safe
def routes(request: HttpRequest) -> HttpResponse:
    """All routes from and to the unit, as both sides see them."""
    actor = reader(request).actor
    require_look(actor)
    navigation.mark(request, "routes")
    unit, may_set = unit_in_force(), actor.can("units.settings")
    senders = queries.senders_to(unit)
    page = page_of(senders, ORDER, request.GET)
    out = outgoing(unit, may_set=may_set)
    opened = [*queries.routes_out(unit), *queries.routes_in(unit)]
    context = {
        "may_set": may_set,
        "out_columns": _OUT,
        "out_rows": out,
        "in_columns": _IN,
        "in_rows": incoming(unit, page.items, may_set=may_set),
        "page": replace(page, total=senders.count()),
        "page_size": SIZE,
        "opened_columns": _OPENED,
        "opened_rows": [_opened(route, unit, may_set=may_set) for route in opened],
        "nobody": parts.empty("还没有单位可以报送本单位", "下级、参加单位和另开渠道的单位会出现在这里。"),
        "nowhere": parts.empty("本单位还没有报送渠道", "对方单位的管理员可以在“渠道”里开通。", icon="send"),
        "phone_title": "渠道",
    }
    return render(request, "desk/routes.html", context)


def require_look(actor: Actor) -> None:
    """Let whoever sends, receives or sets routes pass.

    Raises:
        NotAllowed: the actor does none of these.
    """
    if not any(actor.can(right) for right in _LOOKS):
        raise NotAllowed("您没有查看渠道的权限。", rule="本单位角色权限", who="本单位管理员可以在“人员”里调整您的角色")


def outgoing(unit: Unit, *, may_set: bool) -> list[TableRow]:
    """Return to whom the unit may report today, each on its terms."""
    limits, posts = quotas(unit), dict(Position.objects.values_list("code", "name"))
    return [_out(one, limits, posts, may_set=may_set) for one in destinations(unit, clock.today())]


def incoming(unit: Unit, senders: Sequence[Unit], *, may_set: bool) -> list[TableRow]:
    """Return some of those who may report to the unit, each on its terms."""
    terms = queries.terms_in(unit, senders)
    explicit = {route.sender_id: route for route in queries.routes_in(unit)}
    return [_in(one, unit, terms.get(one.pk), explicit.get(one.pk), may_set=may_set) for one in senders]


def _out(one: Destination, limits: dict[int, Quota], posts: dict[str, str], *, may_set: bool) -> TableRow:
    quota = limits.get(one.way.receiver_id or 0)
    names = [posts[code] for code in one.terms.sender_posts if code in posts]
    url = reverse("desk:route_posts", args=[one.key]) if may_set else ""
    return TableRow(
        [
            Cell(one.name, url=url, look="t"),
            Cell(one.kind.label),
            Cell(quota.words if quota else "不限"),
            Cell("只收经领导签发的" if one.terms.only_signed else "定稿"),
            Cell("、".join(names) or "有报送权限的"),
            Cell("带联系方式" if one.shows_contacts else "不带联系方式"),
        ],
        url=url,
    )


def _in(one: Unit, unit: Unit, terms: RouteTerms | None, route: Route | None, *, may_set: bool) -> TableRow:
    kind = queries.kind_of_way(one, unit) or (RouteKind(route.kind) if route else None)
    url = reverse("desk:route_terms", args=[one.uuid]) if may_set else ""
    limit = f"{QuotaPeriod(terms.quota_period).label} {terms.quota} 篇" if terms and terms.quota else "不限"
    return TableRow(
        [
            Cell(one.short_name, url=url, look="t"),
            Cell(_FROM_BELOW.get(kind, kind.label) if kind else ""),
            Cell(limit),
            Cell("只收经领导签发的" if terms and terms.only_signed else "定稿"),
            Cell("到达即签收" if terms and terms.receipts_at_once else "人工签收"),
        ],
        url=url,
    )


def _opened(route: Route, unit: Unit, *, may_set: bool) -> TableRow:
    receiver = route.receiver or route.body
    assert receiver is not None
    url = reverse("desk:route_end", args=[route.pk]) if may_set else ""
    until = f"{route.valid_to:%Y-%m-%d}" if route.valid_to else "长期"
    return TableRow(
        [
            Cell(route.sender.short_name if route.sender_id != unit.pk else "本单位", url=url, look="t"),
            Cell("本单位" if route.receiver_id == unit.pk else receiver.short_name),
            Cell(route.get_kind_display()),
            Cell(f"{route.valid_from:%Y-%m-%d} 至 {until}"),
            Cell(route.basis[:80]),
            Cell(route.opened_by),
        ],
        url=url,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_route(request: HttpRequest) -> HttpResponse:
    """Let another unit report here."""

    def save(actor: Actor, given: dict[str, object]) -> str:
        sender = queries.named(str(given["sender"]).strip())
        if sender is None:
            raise InvalidInput("渠道没有开通。", fields={"sender": ["没有这个名称的单位，请填全称或简称。"]})
        operations.offer_route(
            actor=actor,
            sender=sender,
            kind=RouteKind(str(given["kind"])),
            valid_from=given["valid_from"],  # type: ignore[arg-type]
            valid_to=given["valid_to"],  # type: ignore[arg-type]
            shows_contacts=bool(given["shows_contacts"]),
            basis=str(given["basis"]),
        )
        return f"已开通，{sender.short_name}可以报送本单位。"

    form = OpenRouteForm(request.POST) if request.method == "POST" else OpenRouteForm()
    return _form_page(request, form, save, heading="开通渠道", note="让另一个单位报送本单位", button="开通渠道")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end_route(request: HttpRequest, route_id: int) -> HttpResponse:
    """End an explicit route, with a reason."""
    unit = unit_in_force()
    route = next((r for r in [*queries.routes_out(unit), *queries.routes_in(unit)] if r.pk == route_id), None)
    reader(request).actor.require("units.settings")
    if route is None:
        raise NotFound

    def save(actor: Actor, given: dict[str, object]) -> str:
        operations.end_route(actor=actor, route_id=route_id, reason=str(given["reason"]))
        return "渠道今天终止，以后不能再由此报送。"

    name = (route.receiver or route.body).short_name  # type: ignore[union-attr]
    form = EndRouteForm(request.POST) if request.method == "POST" else EndRouteForm()
    note = f"{route.sender.short_name}到{name}，{route.get_kind_display()}"
    return _form_page(request, form, save, heading="终止渠道", note=note, button="终止渠道")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def route_terms(request: HttpRequest, unit_uuid: UUID) -> HttpResponse:
    """Say on which terms the unit takes what another reports to it."""
    unit = unit_in_force()
    reader(request).actor.require("units.settings")
    sender = queries.senders_to(unit).filter(uuid=unit_uuid).first()
    if sender is None:
        raise NotFound
    now = queries.terms_in(unit, [sender]).get(sender.pk)

    def save(actor: Actor, given: dict[str, object]) -> str:
        operations.limit_sender(
            actor=actor,
            sender=sender,
            quota=given["quota"],  # type: ignore[arg-type]
            quota_period=str(given["quota_period"]),
            only_signed=bool(given["only_signed"]),
            receipts_at_once=bool(given["receipts_at_once"]),
        )
        return f"对{sender.short_name}的要求已保存，以后报来的按新要求。"

    fields = LimitForm.base_fields
    initial = {name: getattr(now, name) for name in fields} if now else {}
    form = LimitForm(request.POST) if request.method == "POST" else LimitForm(initial=initial)
    return _form_page(request, form, save, heading="渠道要求", note=f"{sender.short_name}报送本单位", button="保存要求")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def route_posts(request: HttpRequest, key: str) -> HttpResponse:
    """Say holders of which posts may send to a receiver, named by `Destination.key`."""
    unit = unit_in_force()
    reader(request).actor.require("units.settings")
    to = next((one for one in destinations(unit, clock.today()) if one.key == key), None)
    if to is None:
        raise NotFound
    posts = [(post.code, post.name) for post in Position.objects.order_by("order", "pk")]

    def save(actor: Actor, given: dict[str, object]) -> str:
        chosen = given["posts"]
        assert isinstance(chosen, Sequence)
        operations.name_senders(actor=actor, receiver=to.unit, body=to.body, posts=[str(code) for code in chosen])
        return f"谁可以报送{to.name}已保存。"

    initial = {"posts": list(to.terms.sender_posts)}
    form = SenderPostsForm(request.POST if request.method == "POST" else None, posts=posts, initial=initial)
    return _form_page(request, form, save, heading="谁可以报送", note=f"本单位报送{to.name}", button="保存")


def _form_page(
    request: HttpRequest,
    form: Form,
    save: Callable[[Actor, dict[str, object]], str],
    *,
    heading: str,
    note: str,
    button: str,
) -> HttpResponse:
    """Show a form and save what is right; `save` returns what to say then."""
    actor = reader(request).actor
    actor.require("units.settings")
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, save(actor, form.cleaned_data))
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            return redirect("desk:routes")
    navigation.mark(request, "routes")
    context = {
        "form": form,
        "heading": heading,
        "note": note,
        "button": button,
        "back": reverse("desk:routes"),
        "back_to": "回渠道",
        "phone_title": heading,
    }
    return render(request, "desk/form.html", context, status=form.status)
