"""App of the shared foundations."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the foundations' checks."""

    name = "zhitong.core"
    label = "core"

    def ready(self) -> None:
        """Import the modules that register themselves, and have the outbox measured."""
        from zhitong.core import checks, lookups, metrics, outbox  # noqa: F401 - registered by import

        metrics.register("outbox", outbox.measure)
