"""URLs of circulars."""

from django.urls import URLPattern, path

from tenants.circulars.views import acting, pages, yearly

app_name = "circulars"
urlpatterns: list[URLPattern] = [
    path("", pages.index, name="index"),
    path("year/", yearly.year, name="year"),
    path("year/print.<str:extension>", yearly.year_file, name="year_file"),
    path("<uuid:circular_uuid>/", pages.circular, name="circular"),
    path("<uuid:circular_uuid>/do/", acting.act, name="act"),
    path("<uuid:circular_uuid>/edit/", acting.edit, name="edit"),
    path("<uuid:circular_uuid>/publish/", acting.publish, name="publish"),
    path("<uuid:circular_uuid>/print.<str:extension>", pages.file, name="file"),
]
