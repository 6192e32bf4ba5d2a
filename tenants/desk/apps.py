"""App of the desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Inbox, sending, outcomes, home."""

    name = "tenants.desk"
    label = "desk"

    def ready(self) -> None:
        """Register permissions and navigation."""
        from tenants.desk import navigation, permissions  # noqa: F401 - registered by import
