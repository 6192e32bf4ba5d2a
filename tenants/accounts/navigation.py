"""People in the shell: administration, own menu, the reader's post, the units of the same human."""

from collections.abc import Sequence

from django.http import HttpRequest

from tenants.accounts import queries
from tenants.accounts.models import User
from zhitong.core import clock
from zhitong.core.operations import current_unit_id
from zhitong.people.queries import accounts_of
from zhitong.web import navigation
from zhitong.web.navigation import MenuEntry, NavEntry, UnitLink


def host_url(request: HttpRequest, domain: str) -> str:
    """Return the address of another host of the platform, with the port this one was asked on."""
    port = request.get_host().rpartition(":")[2]
    return f"{request.scheme}://{domain}{f':{port}' if port.isdigit() else ''}/"


def _post(request: HttpRequest) -> str:
    user = request.user
    if not isinstance(user, User):
        return ""
    return next(iter(queries.posts_of(user, clock.today())), user.duty)


def _units(request: HttpRequest) -> Sequence[UnitLink]:
    user = request.user
    if not isinstance(user, User) or user.person_uuid is None:
        return ()
    here = current_unit_id()
    return [
        UnitLink(
            account.unit.short_name,
            host_url(request, str(getattr(account, "host", ""))),
            active=account.unit_id == here,
        )
        for account in accounts_of(user.person_uuid)
    ]


navigation.register(
    NavEntry(
        "people",
        "人员",
        "accounts:people",
        "users",
        permission="accounts.manage",
        order=80,
        phone=True,
        group=navigation.SETTINGS,
    ),
    NavEntry("operators", "单位", "operators:home", "building", permission="platform.operate", order=10, phone=True),
    NavEntry("outbox", "消息", "operators:outbox", "send", permission="platform.operate", order=20, phone=True),
    NavEntry(
        "audit", "操作记录", "operators:audit", "shield-check", permission="platform.operate", order=30, phone=True
    ),
    NavEntry(
        "search_health", "检索", "operators:search", "search", permission="platform.operate", order=25, phone=True
    ),
    NavEntry(
        "calendar", "工作日历", "operators:calendar", "calendar", permission="platform.operate", order=40, phone=True
    ),
)
navigation.register_menu(
    MenuEntry("joined", "关联账号", "accounts:joined", "link", order=60),
    MenuEntry("keys", "程序密钥", "accounts:keys", "lock", order=70),
    MenuEntry("password", "修改密码", "accounts:password", "key", order=80),
    MenuEntry("logout", "退出", "accounts:logout", "logout", order=90, post=True),
)
navigation.register_post(_post)
navigation.register_units(_units)
