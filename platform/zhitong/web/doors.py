"""The page behind a one-time link (`zhitong.core.links`): who fails too often waits, what is gone never says why."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from zhitong.core import links
from zhitong.core.errors import InvalidInput
from zhitong.core.links import LinkGone, WrongCode
from zhitong.core.models import OneTimeLink
from zhitong.web import limits, parts, views

_DOOR = "links"

Page = Callable[[Mapping[str, Any], int], HttpResponse]


class NoCode(InvalidInput):
    """A post without a code: nothing was tried, so no try is taken."""

    code = "links.no_code"

    def __init__(self) -> None:
        words = "请输入 6 位数字的验证码。"
        super().__init__(words, fields={"code": [words]})


def behind_link(
    request: HttpRequest, enter: Callable[[], HttpResponseBase], *, page: Page, rule: str
) -> HttpResponseBase:
    """Return what `enter` answers, or what to say of a wrong code or a link that opens nothing.

    Args:
        enter: looks the link up, or unlocks it with `unlock`, and answers.
        page: makes the page that asks for the code, from `code_error` and a status.
        rule: until when such a link lives, for who comes too late.

    Raises:
        TooManyFailures: this address has failed too often lately.
    """
    limits.require_room(request, _DOOR)
    try:
        response = enter()
    except NoCode as refusal:
        response = page({"code_error": refusal.message}, refusal.status)
    except WrongCode as refusal:
        limits.note_failure(request, _DOOR)
        response = page({"code_error": refusal.message}, refusal.status)
    except LinkGone as gone:
        limits.note_failure(request, _DOOR)
        box = parts.refusal("链接不能用了", gone.message, rule=rule, who="把链接发给您的单位")
        response = views.say(request, box, gone.status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def unlock(request: HttpRequest, *, purpose: str, token: str) -> tuple[OneTimeLink, str]:
    """Return the link that the posted code opens, and the code, which every further post carries again.

    Raises:
        NoCode: none was posted.
        WrongCode: it is another one.
        LinkGone: the link opens nothing.
    """
    code = request.POST.get("code", "")[:20].replace(" ", "")
    if not code:
        links.look_up(purpose=purpose, token=token)
        raise NoCode
    return links.unlock(purpose=purpose, token=token, code=code), code
