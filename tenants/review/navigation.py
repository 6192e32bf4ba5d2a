"""Navigation entries of review."""

from django.http import HttpRequest

from tenants.accounts.models import User
from tenants.review.models import Task
from zhitong.web import navigation
from zhitong.web.navigation import MenuEntry, NavEntry


def waiting(request: HttpRequest) -> int:
    """Return how many tasks wait for the reader."""
    assert isinstance(request.user, User)
    return Task.objects.filter(holder=request.user, state=Task.State.OPEN).count()


navigation.register(
    NavEntry(
        "review",
        "审核",
        "review:list",
        "writing-sign",
        permission="review.decide",
        count=waiting,
        order=12,
        phone=True,
        or_permission="review.administer",
        while_waiting=True,  # an opinion, a verification, a share of the writing can be asked of anybody
    ),
    NavEntry(
        "flows", "流程", "review:flows", "route", permission="review.configure", order=82, group=navigation.SETTINGS
    ),
)
navigation.register_menu(
    MenuEntry("absences", "代理设置", "review:absences", "user-check", permission="review.decide", order=60),
    MenuEntry("compare", "比对外部文本", "review:compare", "copy", permission="search.archive", order=59),
    MenuEntry("posts", "岗位换人", "review:posts", "users", permission="accounts.manage", order=61),
)
