"""URLs of this app on a unit's host."""

from django.urls import path

from zhitong.monitor import views

app_name = "monitor"
urlpatterns = [
    path("", views.province, name="province"),
    path("units/", views.units, name="units"),
]
