"""App of the desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Inbox, sending, outcomes, home."""

    name = "tenants.desk"
    label = "desk"

    def ready(self) -> None:
        """Register consumers, search documents, exports, navigation and permissions."""
        from tenants.desk import (  # noqa: F401 - registered by import
            consumers,
            documents,
            exports,
            navigation,
            permissions,
            saved_searches,
        )
