"""App of the API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Version 1 of the API; its own table keeps the answers of repeated requests in each unit."""

    name = "api"
    label = "api"

    def ready(self) -> None:
        """Import the module that registers itself."""
        from api import openapi  # noqa: F401 - registered by import
