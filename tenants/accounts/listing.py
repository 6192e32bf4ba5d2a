"""The unit's people as a list: narrowed, in order, each with circles, posts of today and roles; for page and export."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from tenants.accounts import queries
from tenants.accounts.forms import PeopleFilter
from tenants.accounts.models import User
from zhitong.core import clock
from zhitong.web.parts import State

ORDER = ("-is_active", "username", "pk")


def listed(form: PeopleFilter) -> QuerySet[User]:
    """Return the accounts that a form asks for, with `roles`, `circles` and `current` posts; without order."""
    form.is_valid()  # what cannot be read narrows nothing
    given, today = form.cleaned_data, clock.today()
    role, group, position = given.get("role"), given.get("group"), given.get("position")
    conditions: dict[str, Any] = {
        "text": given.get("q", ""),
        "role": role.code if role else "",
        "group": group.pk if group else None,
        "position": position.code if position else "",
        "standing": given.get("standing", ""),
        "on": today,
    }
    posts = Prefetch("holdings", queries.holdings_on(today).select_related("position"), "current")
    return queries.members(**conditions).prefetch_related("roles", "circles", posts)


def state_of(user: User) -> State:
    if not user.is_active:
        return State("已停用", "off")
    return State("未设密码", "soon") if user.password_changed_at is None else State("在用", "ok")
