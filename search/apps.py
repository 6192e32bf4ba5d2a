"""App of search."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Documents, backends and queries."""

    name = "search"
    label = "search"

    def ready(self) -> None:
        """Register dashboard, exports, metrics, permissions and navigation."""
        from search import dashboard, exports, metrics, navigation, permissions  # noqa: F401 - registered by import
