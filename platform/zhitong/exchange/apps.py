"""App of the exchange."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The network between units."""

    name = "zhitong.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Register permissions and consumers."""
        from zhitong.exchange import consumers, permissions  # noqa: F401 - registered by import
