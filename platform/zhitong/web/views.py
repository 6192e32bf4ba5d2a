"""Health, and the pages that say "no" or "it broke": one anatomy, own words, nothing revealed."""

import re
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zhitong.core import clock
from zhitong.core.errors import Refusal
from zhitong.web import navigation, parts
from zhitong.web.parts import Action, SayBox

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
# Fields of a form that hold no words of a person, or words that are never shown.
_UNSAID = {"csrfmiddlewaretoken", "password", "again", "old", "rows"}
_WORDS = re.compile(r"[^\x00-\x7f]|\w\s+\w")
logger = structlog.get_logger(__name__)

_HOME = Action("回首页", url="/", primary=True)
_ADMIN = "本单位管理员"
_INSIDE = {403, 404, 409, 413, 422}
_TITLES = {403: "您不能这样做", 404: "没有找到", 409: "现在不能这样做", 422: "填写有误"}


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 when the web server and the database work; for probes, says nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request could not be read; 413 when it was too large, which Django counts among the unreadable."""
    if isinstance(exception, TOO_LARGE):
        return too_large(request, exception)
    box = parts.error(
        "这个请求读不懂",
        "网址或内容不完整，可能是复制时少了一段。没有改动任何信息。",
        _HOME,
        number=number_of(request),
    )
    return say(request, box, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the reader lacks the right."""
    box = parts.refusal("您不能打开这一页", "您的岗位没有这项权限。", _HOME, rule="单位的岗位和权限设置", who=_ADMIN)
    return say(request, box, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: absent and hidden look the same."""
    box = SayBox(
        "没有找到这一页",
        "网址有误，或者内容不在您可以看的范围内。",
        icon="search",
        facts=[("谁能改", f"{_ADMIN}可以核对您的权限")],
        actions=[_HOME],
    )
    return say(request, box, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is too old or came from elsewhere; the reason goes to the log only."""
    logger.warning("csrf_failure", reason=reason)
    box = parts.refusal(
        "这一页放得太久了",
        "为了安全，提交前请先刷新。按浏览器的后退键可以找回写好的内容，先复制下来再刷新。",
        Action("回首页", url="/", primary=True),
        rule="防止他人冒用您的登录提交",
    )
    return say(request, box, 403)


def too_large(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """413: the body is over the limit; nothing of it was stored."""
    box = parts.refusal(
        "内容太大，没有收下",
        "一次提交的文字、栏目或文件超过上限。没有存下任何一部分，原来的内容没有变。",
        _HOME,
        rule="一次提交的文字不超过 2 MB，附件请逐个上传",
    )
    return say(request, box, 413)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a static page without database, user or navigation; the number finds the log line."""
    context = {"number": number_of(request), "when": f"{timezone.localtime(clock.now()):%H:%M:%S}"}
    return HttpResponse(render_to_string("500.html", context), status=500)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer a refusal with its status: the page, or for htmx the part."""
    actions = [Action("回首页", url="/", primary=True)]
    texts = [text for messages in refusal.fields.values() for text in messages if text != refusal.message]
    box = parts.refusal(
        _TITLES.get(refusal.status, "没有办成"),
        " ".join([refusal.message, *texts]),
        *actions,
        rule=refusal.rule,
        who=refusal.who,
    )
    logger.info("refused", code=refusal.code, status=refusal.status)
    return say(request, box, refusal.status, typed=_typed(request))


def signed_out(request: HttpRequest) -> HttpResponse | None:
    """403: the session ended before the form came. Gives back what was typed; None when there was nothing of it."""
    typed = _typed(request)
    if not typed:
        return None
    where = request.headers.get("Referer", "")
    back = urlsplit(where).path if urlsplit(where).netloc == request.get_host() else "/"
    login = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
    box = parts.refusal(
        "登录已过期，没有存上",
        "请重新登录，回到原来那一页再提交一次。您刚才写的在下面，请先复制。",
        Action("重新登录", url=login, primary=True),
        rule="八小时没有使用的登录自动失效",
    )
    return say(request, box, 403, typed=typed)


def wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    """405: an address that only takes a form was opened, as happens after signing in anew, or the other way round."""
    box = SayBox(
        "这个网址不能直接打开",
        "它只在按下页面上的按钮时使用。请按浏览器的后退键，回到原来那一页再按一次。",
        icon="arrow-back-up",
        actions=[_HOME],
    )
    response = say(request, box, 405)
    response.headers["Allow"] = allowed
    return response


def say(request: HttpRequest, box: SayBox, status: int, typed: Sequence[str] = ()) -> HttpResponse:
    """Render a say-box as a page, or as the part alone when htmx asks; `typed` is given back for copying."""
    if getattr(request, "htmx", False):
        response = render(request, "components/say-box.html", {"box": box, "live": True}, status=status)
        response.headers["HX-Reswap"] = "innerHTML"
        response.headers["HX-Retarget"] = "#zt-say"
        return response
    # The shell counts what waits in the unit: only a sound session of this very host may ask for it.
    inside = status in _INSIDE and navigation.visible(request)
    template = "errors/say_inside.html" if inside else "errors/say.html"
    return render(request, template, {"box": box, "typed": typed}, status=status)


def _typed(request: HttpRequest) -> list[str]:
    """Return the words of a person in a post: what ids, choices and buttons say is not worth keeping."""
    return [
        value
        for name, values in request.POST.lists()
        for value in values
        if name not in _UNSAID and _WORDS.search(value)
    ]


def number_of(request: HttpRequest) -> str:
    """Return the number a reader reports, the start of the request id."""
    return f"E-{getattr(request, 'zt_id', '')[:8].upper()}"
