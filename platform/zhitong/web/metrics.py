"""The address where figures are read by monitoring: for a token of the settings, for operators, for nobody else."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from zhitong.core import metrics
from zhitong.core.errors import NotFound

_LOOPBACK = {"127.0.0.1", "::1"}
_BEARER = "Bearer "


@require_safe
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """Answer with all figures as Prometheus reads them; they name no unit and no person.

    Raises:
        NotFound: for everybody else, as if there were no such address.
    """
    if not (_has_token(request) or _is_near(request) or _operates(request)):
        raise NotFound
    return HttpResponse(metrics.text(), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    wanted = f"{_BEARER}{settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given.encode(), wanted.encode())


def _is_near(request: HttpRequest) -> bool:
    """Whether it is asked on this machine; never in production, where a proxy beside the server looks the same."""
    return not settings.PRODUCTION and request.META.get("REMOTE_ADDR") in _LOOPBACK


def _operates(request: HttpRequest) -> bool:
    user = request.user
    return user.is_authenticated and user.has_zt_perm("platform.operate")
