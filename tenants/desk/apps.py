"""App of the desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Inbox, sending, outcomes, home."""

    name = "tenants.desk"
    label = "desk"

    def ready(self) -> None:
        """Register consumers, navigation and permissions."""
        from tenants.desk import consumers, navigation, permissions, saved_searches  # noqa: F401 - registered by import
