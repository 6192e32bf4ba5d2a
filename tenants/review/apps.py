"""App of review."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Flows, runs and tasks of one unit."""

    name = "tenants.review"
    label = "review"

    def ready(self) -> None:
        """Register permissions and navigation."""
        from tenants.review import consumers, navigation, permissions  # noqa: F401 - registered by import
