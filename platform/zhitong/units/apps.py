"""App of the units."""

from django.apps import AppConfig


class UnitsConfig(AppConfig):
    """The tenants themselves."""

    name = "zhitong.units"
    label = "units"

    def ready(self) -> None:
        """Register permissions."""
        from zhitong.units import permissions  # noqa: F401 - registered by import
