"""System check: every entry of the navigation leads somewhere."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import NoReverseMatch, reverse

from zhitong.web import navigation


@register(Tags.urls)
def navigation_leads_somewhere(**_: Any) -> list[CheckMessage]:
    """Name each entry whose URL exists neither on a unit's host nor on the bare one."""
    names = [(entry.key, entry.url_name) for entry in navigation.entries()]
    names += [(entry.key, entry.url_name) for entry in navigation.menu_entries()]
    return [
        Error(
            f"navigation entry {key!r} points to the unknown URL {url_name!r}",
            hint="Give NavEntry.url_name the name of a URL that needs no arguments.",
            id="web.E001",
        )
        for key, url_name in names
        if not any(_reverses(url_name, urlconf) for urlconf in _urlconfs())
    ]


def _urlconfs() -> list[str]:
    return [settings.ROOT_URLCONF, *filter(None, [getattr(settings, "PUBLIC_SCHEMA_URLCONF", "")])]


def _reverses(url_name: str, urlconf: str) -> bool:
    try:
        reverse(url_name, urlconf=urlconf)
    except NoReverseMatch:
        return False
    return True
