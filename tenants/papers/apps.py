"""App of papers."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    """What comes down the network, on the side of one unit."""

    name = "tenants.papers"
    label = "papers"

    def ready(self) -> None:
        """Register consumers, exports and navigation."""
        from tenants.papers import consumers, exports, navigation  # noqa: F401 - registered by import
