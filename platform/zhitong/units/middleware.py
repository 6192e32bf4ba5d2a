"""From host name to unit: sets the schema before anything else may look at data."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import set_urlconf

from zhitong.core.operations import leave_unit
from zhitong.units.models import Host, Lifecycle


class UnitMiddleware:
    """Sets `request.tenant` (the unit, None on the bare host), the schema and the URL map.

    An unknown host gets a plain page that names no unit.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Route one request."""
        leave_unit()
        try:
            host = request.get_host().rsplit(":", 1)[0].lower().rstrip(".")
        except DisallowedHost:
            return _unknown(request)
        if host == settings.BASE_DOMAIN or (host in {"127.0.0.1", "[::1]"} and not settings.PRODUCTION):
            return self._answer(request, None, settings.PUBLIC_SCHEMA_URLCONF)
        found = Host.objects.select_related("tenant").filter(domain=host).first()
        if found is None or found.tenant.lifecycle == Lifecycle.PREPARING:
            return _unknown(request)
        found.tenant.domain_url = host
        found.tenant.activate()
        return self._answer(request, found.tenant, settings.ROOT_URLCONF)

    def _answer(self, request: HttpRequest, unit: object, urlconf: str) -> HttpResponse:
        request.tenant = unit  # type: ignore[attr-defined]
        request.urlconf = urlconf
        set_urlconf(urlconf)
        return self.get_response(request)


def _unknown(request: HttpRequest) -> HttpResponse:
    request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
    set_urlconf(settings.PUBLIC_SCHEMA_URLCONF)
    request.tenant = None  # type: ignore[attr-defined]
    return render(request, "unknown_host.html", status=404)
