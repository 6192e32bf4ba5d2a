"""Every "no" of the API as problem+json (RFC 9457), with the words of the pages."""

from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from zhitong.core.errors import Refusal

logger = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
_TITLES = {
    400: "请求读不懂",
    401: "请先登录",
    403: "您不能这样做",
    404: "没有找到",
    405: "不支持这种方法",
    406: "不支持这种格式",
    409: "现在不能这样做",
    413: "内容太大",
    415: "只接受 JSON",
    422: "填写有误",
    500: "系统出错",
    503: "请稍后再试",
}
_RETRY_STATES = {"40P01", "40001"}  # deadlock detected, serialization failure


class TooLarge(exceptions.APIException):
    """The body is over the limit; nothing of it was stored."""

    status_code = 413
    default_code = "too_large"
    default_detail = "一次提交的内容不超过 2 MB。"


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    fields: dict[str, list[str]] | None = None,
    rule: str = "",
    who: str = "",
) -> dict[str, Any]:
    """Return the body of a problem: `fields` by field name, `rule` and `who` as in `Refusal`, empty ones too."""
    return {
        "type": f"urn:zhitong:problem:{code}",
        "title": _TITLES.get(status, "没有办成"),
        "status": status,
        "detail": detail,
        "code": code,
        "fields": fields or {},
        "rule": rule,
        "who": who,
    }


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception of a view (DRF's EXCEPTION_HANDLER). What nobody foresaw is logged and says nothing."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge()
    elif isinstance(error, UnreadablePostError):
        error = exceptions.ParseError()
    if isinstance(error, Refusal):
        logger.info("refused", code=error.code, status=error.status)
        return _respond(
            problem(error.status, error.code, error.message, fields=error.fields, rule=error.rule, who=error.who)
        )
    if isinstance(error, exceptions.ValidationError):
        fields = _flat(error.detail)
        detail = " ".join(f"{name}：{texts[0]}" for name, texts in fields.items())
        return _respond(problem(422, "invalid", detail, fields=fields))
    if isinstance(error, exceptions.APIException):
        return _from_framework(error)
    if isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", None) in _RETRY_STATES:
        return _respond(problem(503, "busy", "同时办理的人太多，请稍后再试。"), {"Retry-After": "1"})
    if settings.DEBUG:
        return None
    request = context.get("request")
    logger.error("api_failed", exc_info=error)
    got_request_exception.send(sender=problem_response, request=request)
    return _respond(problem(500, "error", "没有改动任何信息，请稍后再试；再次出现时请告知单位管理员。"))


def not_found(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer a path of the API that does not exist."""
    return JsonResponse(
        problem(404, "not_found", "没有这个接口。"),
        status=404,
        content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


def _from_framework(error: exceptions.APIException) -> Response:
    headers = {}
    challenge = getattr(error, "auth_header", "")
    if challenge:
        headers["WWW-Authenticate"] = challenge
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    return _respond(problem(error.status_code, code, str(error.detail)), headers)


def _respond(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def _flat(detail: Any, name: str = "") -> dict[str, list[str]]:
    """Return DRF's nested messages by dotted field name; those of the whole body under `body`."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for key, inner in detail.items():
            inner_name = "body" if key == "non_field_errors" else str(key)
            found |= _flat(inner, f"{name}.{inner_name}" if name else inner_name)
        return found
    if isinstance(detail, list):
        return {name or "body": [str(entry) for entry in detail]}
    return {name or "body": [str(detail)]}
