"""Notices in the shell: the bell with its count."""

from django.http import HttpRequest

from tenants.accounts.models import User
from tenants.notices.queries import unread_count
from zhitong.core.operations import current_unit_id
from zhitong.web import navigation
from zhitong.web.navigation import MenuEntry, NavEntry


def _unread(request: HttpRequest) -> int:
    if current_unit_id() is None or not isinstance(request.user, User):
        return 0
    return unread_count(request.user)


navigation.register(NavEntry("notices", "通知", "notices:index", "bell", order=90, phone=True))
navigation.register_menu(MenuEntry("notices", "通知设置", "notices:settings", "bell", order=60))
navigation.register_unread(_unread)
