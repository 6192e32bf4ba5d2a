"""Addresses every host serves."""

from django.urls import URLPattern, path

from zhitong.web import views

app_name = "web"
urlpatterns: list[URLPattern] = [path("healthz", views.healthz, name="healthz")]
