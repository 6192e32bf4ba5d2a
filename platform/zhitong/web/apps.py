"""App of the look."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Registers the check of the navigation."""

    name = "zhitong.web"
    label = "web"

    def ready(self) -> None:
        """Import the module that registers itself."""
        from zhitong.web import checks  # noqa: F401 - registered by import
