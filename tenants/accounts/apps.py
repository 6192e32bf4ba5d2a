"""App of a unit's people."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles, groups and posts."""

    name = "tenants.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Register permissions, checks, exports and navigation."""
        from tenants.accounts import checks, exports, navigation, permissions  # noqa: F401 - registered by import
