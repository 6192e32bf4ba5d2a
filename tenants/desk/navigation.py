"""Navigation entries of the desk."""

from django.http import HttpRequest

from tenants.desk import queries
from zhitong.core.operations import require_unit
from zhitong.web.navigation import SETTINGS, NavEntry, register


def _inbox(_: HttpRequest) -> int:
    return queries.waiting(require_unit()).count()


def _to_send(_: HttpRequest) -> int:
    return queries.to_send().count() + queries.returned_to(require_unit()).count()


register(
    NavEntry("home", "首页", "home", "home", order=1, phone=True),
    NavEntry("inbox", "收件", "desk:inbox", "inbox", permission="exchange.receive", count=_inbox, order=10, phone=True),
    NavEntry("send", "报送", "desk:send_list", "send", permission="exchange.send", count=_to_send, order=30),
    NavEntry("register", "台账", "desk:register", "table", permission="desk.register", order=35),
    NavEntry("routes", "渠道", "desk:routes", "route", permission="units.settings", order=83, group=SETTINGS),
    NavEntry(
        "decline_reasons",
        "不采用理由",
        "desk:decline_reasons",
        "circle-x",
        permission="units.settings",
        order=84,
        group=SETTINGS,
    ),
)
