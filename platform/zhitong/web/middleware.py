"""What stands around every view: who calls, a number for logs and error pages, broken text, refusals as pages."""

import re
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote_from_bytes

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.request import UnreadablePostError
from django.shortcuts import resolve_url

from zhitong.core import proxies
from zhitong.core.errors import Refusal
from zhitong.web import views

Handler = Callable[[HttpRequest], HttpResponse]
_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
_FORM = "application/x-www-form-urlencoded"
_AS_SENT = bytes(range(0x80))  # of a form: everything but bytes that are no ASCII


class ProxyMiddleware:
    """Believes the proxies of TRUSTED_PROXIES, and nobody else, about who calls and whether it was by HTTPS.

    Afterwards `REMOTE_ADDR` is the client and the scheme is the client's; the headers are gone, so that nothing further
    in can believe them by mistake.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self._trusted = proxies.networks(settings.TRUSTED_PROXIES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put the client in the place of the proxy."""
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        scheme = request.META.pop("HTTP_X_FORWARDED_PROTO", "").partition(",")[0].strip()
        client = proxies.client_behind(request.META.get("REMOTE_ADDR", ""), forwarded, self._trusted)
        if client is not None:
            request.META["REMOTE_ADDR"] = client
            if scheme in {"http", "https"}:
                request.META["wsgi.url_scheme"] = scheme
        return self.get_response(request)


class RequestIdMiddleware:
    """Gives each request a number: in every log line, in the answer's head, on the error page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Bind the number for the time of the request."""
        given = request.headers.get("X-Request-Id", "")
        request.zt_id = given if _ID.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.zt_id)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers["X-Request-Id"] = request.zt_id  # type: ignore[attr-defined]
        return response


class BrokenTextMiddleware:
    """Lets bytes that are no UTF-8 arrive in their field as “�”, where forms and operations refuse them by its name.

    Django would read a form with bare bytes of another encoding as Latin-1, and store nonsense that looks like text;
    and it would decode files and fields with any codec that the head of the request names. Browsers send UTF-8, always.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Read everything as UTF-8, whatever the request says about itself."""
        if request.encoding:
            request.encoding = "utf-8"
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Escape bare bytes, so that each is marked in the field it belongs to."""
        if request.method != "POST" or request.content_type != _FORM:
            return
        try:
            body = request.body
            body.decode()
        except UnicodeDecodeError:
            request.POST  # noqa: B018 - loads the (empty) files too, which would else replace what is set here
            request.POST = QueryDict(quote_from_bytes(body, _AS_SENT))
        except (RequestDataTooBig, UnreadablePostError):
            return  # whoever needs the form meets the same and answers it


class RefusalMiddleware:
    """Turns what a view refuses into the page, or for htmx the part, that says why and gives back what was typed."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Replace two answers of Django that say nothing: to a form after the session ended, to a wrong method."""
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            return views.wrong_method(request, response.headers.get("Allow", ""))
        if request.method == "POST" and isinstance(response, HttpResponseRedirect) and _leads_to_login(response):
            return views.signed_out(request) or response
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal or a body that is too large; leave everything else to Django."""
        if isinstance(exception, Refusal):
            return views.refused(request, exception)
        if isinstance(exception, views.TOO_LARGE):
            return views.too_large(request, exception)
        if isinstance(exception, UnreadablePostError):
            return views.bad_request(request, exception)
        return None


def _leads_to_login(response: HttpResponseRedirect) -> bool:
    return response.url.startswith(f"{resolve_url(settings.LOGIN_URL)}?next=")
