"""App of the shared foundations."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the foundations' checks."""

    name = "zhitong.core"
    label = "core"

    def ready(self) -> None:
        """Import the module that registers itself, and have the outbox measured."""
        from zhitong.core import checks, metrics, outbox  # noqa: F401 - registered by import

        metrics.register("outbox", outbox.measure)
