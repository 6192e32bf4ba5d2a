"""App of circulars."""

from django.apps import AppConfig


class CircularsConfig(AppConfig):
    """A unit's circulars, from the figures to the paper that goes down."""

    name = "tenants.circulars"
    label = "circulars"

    def ready(self) -> None:
        """Register exports and permissions."""
        from tenants.circulars import exports, permissions  # noqa: F401 - registered by import
