"""App of persons."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Persons across units."""

    name = "zhitong.people"
    label = "people"
