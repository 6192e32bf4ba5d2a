"""The unit's people: list, one account with its posts, invitation, out of use and back."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.accounts import operations
from tenants.accounts.forms import HoldingForm, PeopleFilter, UserForm
from tenants.accounts.listing import ORDER, listed, state_of
from tenants.accounts.models import Group, Holding, Role, User, actor_of
from tenants.accounts.permissions import grantable
from tenants.accounts.views.common import needs
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.web import parts
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Action, Cell, TableColumn, TableRow

MANAGE = "accounts.manage"
_COLUMNS = [TableColumn(label) for label in ("姓名", "登录名", "手机号", "身份", "界别与组织", "岗位", "角色", "状态")]
_FIELDS = ("name", "username", "mobile", "email", "member_kind", "party", "duty", "rank", "expertise", "tags")


@needs(MANAGE)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the unit's accounts, filtered, by keyset."""
    chosen = PeopleFilter(request.GET)
    found = listed(chosen)
    page = page_of(found, ORDER, request.GET)
    total = found.count()
    context = {
        "filter_form": chosen,
        "columns": _COLUMNS,
        "rows": [_row(user) for user in page.items],
        "page": replace(page, total=total),
        "page_size": SIZE,
        "summary": f"{total:,} 人",
        "empty_box": parts.empty(
            "没有找到人员",
            "去掉筛选条件再看，或者添加人员。",
            Action("全部人员", url=reverse("accounts:people")),
            icon="users",
        ),
    }
    return render(request, "accounts/people.html", context)


@needs(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Create an account and show its invitation."""
    form = UserForm(request.POST or None, roles=_roles())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            user = operations.create_user(
                actor=actor_of(request.user),
                roles=[role.code for role in given["roles"]],
                groups=[(group.kind, group.name) for group in given.get("groups", ())],
                **{name: given[name] for name in _FIELDS},
            )
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"已添加{user.name}，请把邀请链接交给本人。")
            return redirect("accounts:person", user.uuid)
    return render(request, "accounts/person_new.html", {"form": form}, status=form.status)


@needs(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show and change one account: who it is, roles, circles."""
    user = _found(uuid)
    form = UserForm(request.POST or None, roles=_roles(), initial=_initial(user))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                _save(request, user, form)
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"{form.cleaned_data['name']}的资料已保存。")
            return redirect("accounts:person", user.uuid)
    return _page(request, user, form=form, status=form.status)


@needs(MANAGE)
@require_POST
def invite(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Make an invitation and show its link, this once."""
    user = _found(uuid)
    link = request.build_absolute_uri(operations.invite(actor=actor_of(request.user), user=user))
    return render(request, "accounts/invited.html", {"person": user, "link": link})


@needs(MANAGE)
@require_POST
def deactivate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take an account out of use."""
    user = operations.deactivate_user(actor=actor_of(request.user), user=_found(uuid))
    messages.success(request, f"{user.name}的账号已停用，他的稿件和记录都还在。")
    return redirect("accounts:person", user.uuid)


@needs(MANAGE)
@require_POST
def reactivate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take an account back into use."""
    user = operations.reactivate_user(actor=actor_of(request.user), user=_found(uuid))
    messages.success(request, f"{user.name}的账号已恢复，请重新发送邀请链接。")
    return redirect("accounts:person", user.uuid)


@needs(MANAGE)
@require_POST
def give_post(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Put the user in a post for a period."""
    user = _found(uuid)
    form = HoldingForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            operations.put_in_post(
                actor=actor_of(request.user),
                user=user,
                position_code=given["position"].code,
                held_from=given["held_from"],
                held_to=given["held_to"],
            )
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"{user.name}已任{given['position'].name}。")
            return redirect("accounts:person", user.uuid)
    return _page(request, user, post_form=form, status=form.status)


@needs(MANAGE)
@require_POST
def end_post(request: HttpRequest, uuid: UUID, holding_id: int) -> HttpResponse:
    """End a holding today."""
    holding = Holding.objects.filter(pk=holding_id, user__uuid=uuid).first()
    if holding is None:
        raise NotFound
    operations.end_holding(actor=actor_of(request.user), holding=holding)
    messages.success(request, "这段任职到今天为止。")
    return redirect("accounts:person", uuid)


@needs(MANAGE)
@require_POST
def head(request: HttpRequest, uuid: UUID, group_id: int) -> HttpResponse:
    """Let the user head a circle of theirs, or no more."""
    user, group = _found(uuid), Group.objects.filter(pk=group_id).first()
    if group is None:
        raise NotFound
    heads = request.POST.get("heads") == "yes"
    operations.name_head(actor=actor_of(request.user), user=user, group=group, heads=heads)
    messages.success(request, f"{user.name}{'已设为' if heads else '不再是'}{group.name}负责人。")
    return redirect("accounts:person", uuid)


def _page(
    request: HttpRequest, user: User, *, form: UserForm | None = None, post_form: HoldingForm | None = None, status: int
) -> HttpResponse:
    today = clock.today()
    holdings = user.holdings.select_related("position").order_by("-held_from", "-pk")
    context = {
        "person": user,
        "form": form or UserForm(roles=_roles(), initial=_initial(user)),
        "post_form": post_form or HoldingForm(),
        "circles": user.membership_set.select_related("group").order_by("group__kind", "group__name"),
        "holdings": [(row, row.held_to is None or row.held_to > today) for row in holdings],
        "state": state_of(user),
    }
    return render(request, "accounts/person.html", context, status=status)


def _save(request: HttpRequest, user: User, form: UserForm) -> None:
    """Save fields, roles and circles: all of it or nothing."""
    given, actor = form.cleaned_data, actor_of(request.user)
    changed = operations.update_user(actor=actor, user=user, changes={name: given[name] for name in _FIELDS})
    roles = {role.code for role in given["roles"]}
    if roles != set(user.roles.values_list("code", flat=True)):
        operations.set_roles(actor=actor, user=changed, roles=roles)
    groups = [(group.kind, group.name) for group in given.get("groups", ())]
    if "groups" in form.fields and set(groups) != set(user.circles.values_list("kind", "name")):
        operations.set_groups(actor=actor, user=changed, groups=groups)


def _initial(user: User) -> dict[str, Any]:
    fields = {name: getattr(user, name) for name in _FIELDS} | {"tags": "、".join(user.tags)}
    return fields | {"roles": list(user.roles.all()), "groups": list(user.circles.all())}


def _roles() -> "QuerySet[Role]":
    """Return the roles this unit may give; those of the platform and the province only where they belong."""
    allowed = sorted(grantable(connection.tenant))  # type: ignore[attr-defined]
    return Role.objects.filter(permissions__contained_by=allowed).order_by("-is_preset", "pk")


def _found(uuid: UUID) -> User:
    user = User.objects.filter(uuid=uuid).first()
    if user is None:
        raise NotFound
    return user


def _row(user: Any) -> TableRow:
    url = reverse("accounts:person", args=[user.uuid])
    return TableRow(
        cells=[
            Cell(user.name, url=url, look="t"),
            Cell(user.username),
            Cell(user.mobile or ""),
            Cell(user.get_member_kind_display()),
            Cell("、".join(group.name for group in user.circles.all())),
            Cell("、".join(holding.position.name for holding in user.current)),
            Cell("、".join(role.name for role in user.roles.all())),
            Cell(state=state_of(user)),
        ],
        name=user.name,
        url=url,
    )
