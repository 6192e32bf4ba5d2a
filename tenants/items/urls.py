"""URLs of this app on a unit's host."""

from django.urls import URLPattern, path

from tenants.items import views

app_name = "items"
urlpatterns: list[URLPattern] = [
    path("", views.own, name="own"),
    path("all/", views.everything, name="all"),
    path("new/", views.new, name="new"),
    path("rules/", views.rules, name="rules"),
    path("<uuid:item_uuid>/edit/", views.edit, name="edit"),
    path("<uuid:item_uuid>/sign/", views.sign, name="sign"),
    path("<uuid:item_uuid>/autosave/", views.autosave, name="autosave"),
    path("<uuid:item_uuid>/delete/", views.delete, name="delete"),
    path("<uuid:item_uuid>/pen/", views.pen, name="pen"),
    path("<uuid:item_uuid>/pen/take/", views.take_pen, name="take_pen"),
    path("<uuid:item_uuid>/texts/", views.texts, name="texts"),
    path("<uuid:item_uuid>/files/", views.upload, name="upload"),
    path("<uuid:item_uuid>/files/<uuid:file_uuid>/remove/", views.remove_file, name="file_remove"),
    path("<uuid:item_uuid>/files/<uuid:file_uuid>/", views.download, name="file"),
]
