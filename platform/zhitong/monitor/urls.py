"""URLs of this app on a unit's host."""

from django.urls import path

from zhitong.monitor import own_views, views

app_name = "monitor"
urlpatterns = [
    path("province/", views.province, name="province"),
    path("province/units/", views.units, name="province_units"),
    path("province/wall/", views.wall, name="province_wall"),
    path("province/waiting/", views.waiting, name="province_waiting"),
    path("province/pictures/<slug:name>.svg", views.picture, name="province_picture"),
    path("overview/", views.own, name="own"),
    path("overview/mine/", own_views.mine, name="mine"),
    path("overview/mine/items/", own_views.mine_items, name="mine_items"),
    path("overview/<uuid:unit_uuid>/", views.unit, name="unit"),
    path("overview/<uuid:unit_uuid>/units/", views.units, name="unit_units"),
    path("overview/<uuid:unit_uuid>/wall/", views.wall, name="unit_wall"),
    path("overview/<uuid:unit_uuid>/waiting/", views.waiting, name="unit_waiting"),
    path("overview/<uuid:unit_uuid>/pictures/<slug:name>.svg", views.picture, name="unit_picture"),
]
