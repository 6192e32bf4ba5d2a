"""App of the dashboards."""

from django.apps import AppConfig


class MonitorConfig(AppConfig):
    """The province at a glance."""

    name = "zhitong.monitor"
    label = "monitor"

    def ready(self) -> None:
        """Register exports, navigation and permissions."""
        from zhitong.monitor import exports, navigation, permissions  # noqa: F401 - registered by import
