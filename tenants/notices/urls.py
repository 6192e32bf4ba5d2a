"""URLs of this app on a unit's host."""

from django.urls import URLPattern, path

from tenants.notices import views

app_name = "notices"
urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("read/", views.read_all, name="read_all"),
    path("<int:notice_id>/", views.open_one, name="open"),
]
