"""App of the dashboards."""

from django.apps import AppConfig


class MonitorConfig(AppConfig):
    """The province at a glance."""

    name = "zhitong.monitor"
    label = "monitor"

    def ready(self) -> None:
        """Register permissions and navigation."""
        from zhitong.monitor import navigation, permissions  # noqa: F401 - registered by import
