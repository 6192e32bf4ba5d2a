"""Roles, circles and posts of the unit: one page each, a list and a short form."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import connection
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenants.accounts import operations, queries
from tenants.accounts.forms import GroupForm, PositionForm, RoleForm
from tenants.accounts.models import Group, Position, Role, actor_of
from tenants.accounts.permissions import grantable
from tenants.accounts.views.common import needs
from zhitong.core import clock, permissions
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.web.parts import Cell, State, TableColumn, TableRow

MANAGE = "accounts.manage"


@needs(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def roles(request: HttpRequest) -> HttpResponse:
    """List roles with what they grant; define one of the unit's own."""
    allowed = grantable(connection.tenant)  # type: ignore[attr-defined]
    form = RoleForm(request.POST or None, grantable=allowed)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            operations.define_role(
                actor=actor_of(request.user), code=given["code"], name=given["name"], granted=given["permissions"]
            )
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"角色“{given['name']}”已保存。")
            return redirect("accounts:roles")
    found = Role.objects.filter(permissions__contained_by=sorted(allowed)).order_by("-is_preset", "pk")
    rows = [
        TableRow(
            [
                Cell(role.name, look="t", note="" if role.is_preset else role.code),
                Cell("、".join(permissions.label_of(name) for name in role.permissions), look="words"),
                Cell(f"{role.users_count} 人", url=f"{reverse('accounts:people')}?role={role.code}", look="num"),
            ],
            name=role.name,
        )
        for role in found.annotate(users_count=Count("users", filter=Q(users__is_active=True)))
    ]
    columns = [TableColumn("角色"), TableColumn("权限"), TableColumn("人数", number=True)]
    return _page(request, "角色", "新建或修改本单位自建的角色", columns, rows, form)


@needs(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def groups(request: HttpRequest) -> HttpResponse:
    """List circles; add one."""
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            group = operations.add_group(actor=actor_of(request.user), **form.cleaned_data)
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"{group.get_kind_display()}“{group.name}”已登记。")
            return redirect("accounts:groups")
    counted = list(Group.objects.annotate(people=Count("members", filter=Q(members__is_active=True))))
    heads = queries.heads_of(counted)
    rows = [
        TableRow(
            [
                Cell(group.name, look="t"),
                Cell(group.get_kind_display()),
                Cell("、".join(heads[group.pk])),
                Cell(f"{group.people} 人", url=f"{reverse('accounts:people')}?group={group.pk}", look="num"),
            ],
            name=group.name,
        )
        for group in counted
    ]
    columns = [TableColumn("名称"), TableColumn("类别"), TableColumn("负责人"), TableColumn("人数", number=True)]
    return _page(request, "界别与组织", "添加界别、专委会、联络组或支部", columns, rows, form)


@needs(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def positions(request: HttpRequest) -> HttpResponse:
    """List posts with who holds them today; add one."""
    form = PositionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            position = operations.add_position(actor=actor_of(request.user), **form.cleaned_data)
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"岗位“{position.name}”已登记。")
            return redirect("accounts:positions")
    held: dict[int, list[str]] = {}
    for holding in queries.holdings_on(clock.today()).filter(user__is_active=True).select_related("user"):
        held.setdefault(holding.position_id, []).append(holding.user.name)
    rows = [
        TableRow(
            [
                Cell(position.name, look="t", note=position.code),
                Cell("、".join(held[position.pk])) if position.pk in held else Cell(state=State("空缺", "soon")),
            ],
            name=position.name,
        )
        for position in Position.objects.all()
    ]
    return _page(request, "岗位", "添加岗位", [TableColumn("岗位"), TableColumn("现由谁担任")], rows, form)


def _page(
    request: HttpRequest,
    heading: str,
    form_heading: str,
    columns: Sequence[TableColumn],
    rows: Sequence[TableRow],
    form: Any,
) -> HttpResponse:
    context = {"heading": heading, "form_heading": form_heading, "columns": columns, "rows": rows, "form": form}
    return render(request, "accounts/setup.html", context, status=form.status)
