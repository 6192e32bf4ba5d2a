"""App of exports."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Exports of lists."""

    name = "zhitong.exports"
    label = "exports"

    def ready(self) -> None:
        """Register metrics and the line of the own menu."""
        from zhitong.exports import metrics, navigation  # noqa: F401 - registered by import
