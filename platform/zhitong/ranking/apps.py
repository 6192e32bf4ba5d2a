"""App of scores and standings."""

from django.apps import AppConfig


class RankingConfig(AppConfig):
    """Rule sets, ledger, standings."""

    name = "zhitong.ranking"
    label = "ranking"

    def ready(self) -> None:
        """Register permissions, navigation, exports and consumers."""
        from zhitong.ranking import consumers, exports, navigation, permissions  # noqa: F401 - registered by import
