"""App of notices."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """In-app notices of one unit."""

    name = "tenants.notices"
    label = "notices"

    def ready(self) -> None:
        """Register consumers, exports and navigation."""
        from tenants.notices import consumers, exports, navigation  # noqa: F401 - registered by import
