"""Request id for logs and error pages; refusals become pages that say why."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

from zhitong.core.errors import Refusal
from zhitong.web import views

Handler = Callable[[HttpRequest], HttpResponse]
_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


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


class RefusalMiddleware:
    """Turns what a view refuses into the page, or for htmx the part, that says why."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass through; the work is done in `process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal or a body that is too large; leave everything else to Django."""
        if isinstance(exception, Refusal):
            return views.refused(request, exception)
        if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent)):
            return views.too_large(request, exception)
        if isinstance(exception, UnreadablePostError):
            return views.bad_request(request, exception)
        return None
