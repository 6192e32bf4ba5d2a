"""URLs of the bare host: unit chooser, operators' login and console."""

from django.urls import URLPattern, URLResolver, include, path

from tenants.accounts.urls import entry_patterns

urlpatterns: list[URLPattern | URLResolver] = [
    path("operators/", include((entry_patterns, "accounts"))),
]
