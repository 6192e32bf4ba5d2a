"""App of items."""

from django.apps import AppConfig


class ItemsConfig(AppConfig):
    """Reports of one unit."""

    name = "tenants.items"
    label = "items"

    def ready(self) -> None:
        """Register permissions, navigation, exports and consumers."""
        from tenants.items import (  # noqa: F401 - registered by import
            consumers,
            documents,
            exports,
            navigation,
            permissions,
            suggesting,
        )
