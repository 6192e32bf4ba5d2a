"""URLs of exports on a unit's host."""

from django.urls import path

from zhitong.exports import views

app_name = "exports"
urlpatterns = [
    path("", views.page, name="page"),
    path("ask/", views.ask, name="ask"),
    path("<uuid:export_uuid>/file/", views.file, name="file"),
    path("<uuid:export_uuid>/act/", views.act, name="act"),
]
