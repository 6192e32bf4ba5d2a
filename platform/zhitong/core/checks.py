"""System checks: a wrong setting is named with its hint before the first request."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from zhitong.core import proxies

_OURS = {"zhitong", "tenants", "search", "api"}


@register()
def apps_load_from_our_tree(**_: Any) -> list[CheckMessage]:
    """Refuse when one of our app names (`api` and `search` are generic) was loaded from elsewhere."""
    found: list[CheckMessage] = []
    for config in apps.get_app_configs():
        top = config.name.split(".")[0]
        if top not in _OURS:
            continue
        expected = settings.PROJECT_ROOT / "platform" if top == "zhitong" else settings.PROJECT_ROOT
        if Path(config.path).resolve() != (expected / config.name.replace(".", "/")).resolve():
            found.append(
                Error(
                    f"app {config.name} was loaded from {config.path}",
                    hint=f"Another package of that name shadows ours; it must lie under {expected}.",
                    id="zhitong.E001",
                )
            )
    return found


@register()
def proxies_are_addresses(**_: Any) -> list[CheckMessage]:
    """Refuse a trusted proxy that is no address and no network."""
    found: list[CheckMessage] = []
    for name in settings.TRUSTED_PROXIES:
        try:
            proxies.networks([name])
        except ValueError as error:
            hint = "Name addresses or networks, separated by commas: 10.0.0.7,10.1.0.0/16."
            found.append(Error(f"ZHITONG_TRUSTED_PROXIES: {error}", hint=hint, id="zhitong.E015"))
    return found


@register()
def production_walls(**_: Any) -> list[CheckMessage]:
    """Refuse production with a missing secret, with DEBUG, or with a host setting that opens a wall."""
    if not settings.PRODUCTION:
        return []
    database = settings.DATABASES["default"]
    rules = [
        (len(settings.SECRET_KEY) < 50, "E010", "ZHITONG_SECRET_KEY is missing or short", "Set 50 random characters."),
        (settings.DEBUG, "E011", "ZHITONG_DEBUG is on", "Unset it: error pages would show data."),
        (
            settings.BASE_DOMAIN in {"", "localhost"} or "*" in settings.BASE_DOMAIN or "." not in settings.BASE_DOMAIN,
            "E012",
            f"ZHITONG_BASE_DOMAIN is {settings.BASE_DOMAIN!r}",
            "Set the domain under which the units' sub-domains live, without a wildcard.",
        ),
        (not settings.HTTPS, "E013", "ZHITONG_HTTPS is off", "Cookies would travel unprotected; unset it."),
        (
            not (database.get("PASSWORD") or str(database.get("HOST", "")).startswith("/")),
            "E014",
            "DATABASE_URL holds no password",
            "Use a role with a password, or a unix socket.",
        ),
        (
            any(name.strip().endswith("/0") for name in settings.TRUSTED_PROXIES),
            "E016",
            "ZHITONG_TRUSTED_PROXIES believes everybody",
            "Name the proxies alone: whoever is believed may claim any address.",
        ),
        (
            0 < len(settings.METRICS_TOKEN) < 32,
            "E017",
            "ZHITONG_METRICS_TOKEN is short",
            "Set 32 random characters, or leave it out.",
        ),
    ]
    return [Error(text, hint=hint, id=f"zhitong.{code}") for broken, code, text, hint in rules if broken]


def refuse_unsafe_start() -> None:
    """Stop a server process that must not serve; commands run the same check by themselves.

    Raises:
        ImproperlyConfigured: naming every fault with its id and hint.
    """
    faults = [*production_walls(), *proxies_are_addresses()]
    if faults:
        raise ImproperlyConfigured("; ".join(f"({fault.id}) {fault.msg}. {fault.hint}" for fault in faults))
