"""App of the demo province."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Commands that fill and walk the demo; refuses production."""

    name = "zhitong.demo"
    label = "demo"
