"""App of the API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Version 1 of the API."""

    name = "api"
    label = "api"
