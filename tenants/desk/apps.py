"""App of the desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Inbox, sending, outcomes, home."""

    name = "tenants.desk"
    label = "desk"

    def ready(self) -> None:
        """Register consumers and navigation."""
        from tenants.desk import consumers, navigation, saved_searches  # noqa: F401 - registered by import
