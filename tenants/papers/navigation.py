"""Navigation entry of papers."""

from django.http import HttpRequest

from tenants.accounts.models import User
from zhitong.core.operations import current_unit_id, require_unit
from zhitong.exchange.queries import unreceived_papers
from zhitong.web import navigation
from zhitong.web.navigation import NavEntry


def _waiting(request: HttpRequest) -> int:
    user = request.user
    if current_unit_id() is None or not isinstance(user, User) or not user.has_zt_perm("exchange.receive"):
        return 0
    return unreceived_papers(require_unit()).count()


navigation.register(NavEntry("papers", "约稿", "papers:index", "speakerphone", count=_waiting, order=35))
