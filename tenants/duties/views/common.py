"""What the pages of duties share: the row of sections, and the reader's rights over it."""

from django.http import HttpRequest
from django.urls import reverse

from tenants.accounts.models import User
from tenants.duties.queries.circles import open_circles
from zhitong.web import navigation
from zhitong.web.parts import SavedFilter

_SECTIONS = (("members", "委员履职"), ("targets", "目标任务"), ("awards", "评优"))


def sections(request: HttpRequest, user: User, current: str) -> list[SavedFilter]:
    """Return the sections that this reader may open; nothing when there is but one."""
    navigation.mark(request, "duties")
    found = [SavedFilter("我的档案", reverse("duties:own"), current=current == "own")]
    if open_circles(user).exists():
        found.append(SavedFilter("界别与组织", reverse("duties:circle"), current=current == "circle"))
    if user.has_zt_perm("duties.read"):
        found += [SavedFilter(label, reverse(f"duties:{name}"), current=current == name) for name, label in _SECTIONS]
    if user.has_zt_perm("duties.manage"):
        found.append(SavedFilter("履职清单", reverse("duties:list"), current=current == "list"))
    return found if len(found) > 1 else []
