"""URLs of this app on a unit's host."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
