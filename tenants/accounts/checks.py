"""System check: every role preset names registered permissions only."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from tenants.accounts.permissions import ROLE_PRESETS
from zhitong.core.permissions import UnknownPermissionError, require_known


@register()
def presets_name_known_permissions(**_: Any) -> list[CheckMessage]:
    """Refuse to start with a role preset that grants an unknown permission."""
    found: list[CheckMessage] = []
    for code, (_name, granted) in ROLE_PRESETS.items():
        for permission in granted:
            try:
                require_known(permission)
            except UnknownPermissionError as error:
                found.append(Error(f"role preset {code!r}: {error}", hint="Register it in its app.", id="zhitong.E020"))
    return found
