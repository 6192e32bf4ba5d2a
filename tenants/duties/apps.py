"""App of duties."""

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    """What a unit's circles and people owe, what they did, and how they are honoured."""

    name = "tenants.duties"
    label = "duties"

    def ready(self) -> None:
        """Register permissions, consumers, exports and navigation."""
        from tenants.duties import (  # noqa: F401 - registered by import
            consumers,
            exports,
            navigation,
            permissions,
        )
