"""URLs of the bare host: unit chooser, operators' login and console."""

from django.urls import URLPattern, URLResolver, include, path

from tenants.accounts.urls import entry_patterns
from tenants.accounts.views import console, console_calendar, console_changes, console_search

_console: list[URLPattern] = [
    path("", console.home, name="home"),
    path("units/new/", console.unit_new, name="unit_new"),
    path("units/<uuid:uuid>/", console.unit, name="unit"),
    path("units/<uuid:uuid>/rename/", console_changes.unit_rename, name="unit_rename"),
    path("units/<uuid:uuid>/change/", console_changes.unit_change, name="unit_change"),
    path("units/<uuid:uuid>/appoint/", console.appoint, name="unit_appoint"),
    path("outbox/", console.outbox_health, name="outbox"),
    path("outbox/retry/", console.outbox_retry, name="outbox_retry"),
    path("audit/", console.audit_status, name="audit"),
    path("search/", console_search.show, name="search"),
    path("search/act/", console_search.act, name="search_act"),
    path("calendar/", console_calendar.index, name="calendar"),
    path("calendar/drop/", console_calendar.drop, name="calendar_drop"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", console.chooser, name="chooser"),
    path("operators/", include((entry_patterns, "accounts"))),
    path("operators/", include((_console, "operators"))),
]
