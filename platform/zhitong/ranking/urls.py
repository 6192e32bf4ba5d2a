"""URLs of this app on a unit's host."""

from django.urls import path

from zhitong.ranking import views

app_name = "ranking"
urlpatterns = [
    path("", views.standings, name="standings"),
    path("unit/<uuid:unit_uuid>/", views.ledger, name="ledger"),
    path("item/<uuid:item_uuid>/", views.item, name="item"),
    path("counts/<uuid:unit_uuid>/", views.counted, name="list"),
]
