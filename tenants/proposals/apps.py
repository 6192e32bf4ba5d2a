"""App of filed proposals."""

from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    """The proposals that a unit has filed, beside its archive."""

    name = "tenants.proposals"
    label = "proposals"

    def ready(self) -> None:
        """Register consumers, search documents, exports and navigation."""
        from tenants.proposals import (  # noqa: F401 - registered by import
            consumers,
            documents,
            exports,
            navigation,
        )
