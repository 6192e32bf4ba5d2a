"""App of handling."""

from django.apps import AppConfig


class HandlingConfig(AppConfig):
    """What is passed to handlers, and answered."""

    name = "tenants.handling"
    label = "handling"

    def ready(self) -> None:
        """Register consumers, exports and navigation."""
        from tenants.handling import consumers, exports, navigation  # noqa: F401 - registered by import
