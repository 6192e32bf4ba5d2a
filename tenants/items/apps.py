"""App of items."""

from django.apps import AppConfig


class ItemsConfig(AppConfig):
    """Reports of one unit."""

    name = "tenants.items"
    label = "items"

    def ready(self) -> None:
        """Register permissions, navigation and consumers."""
        from tenants.items import consumers, documents, navigation, permissions  # noqa: F401 - registered by import
