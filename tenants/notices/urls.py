"""URLs of this app on a unit's host."""

from django.urls import URLPattern, path

from tenants.notices.views import mailing, reading

app_name = "notices"
urlpatterns: list[URLPattern] = [
    path("", reading.index, name="index"),
    path("read/", reading.read_all, name="read_all"),
    path("settings/", mailing.settings, name="settings"),
    path("settings/address/", mailing.address, name="address"),
    path("settings/unit/", mailing.unit_settings, name="unit_settings"),
    path("mail/confirm/<str:token>/", mailing.confirm, name="mail_confirm"),
    path("mail/stop/<str:token>/", mailing.stop, name="mail_stop"),
    path("<int:notice_id>/", reading.open_one, name="open"),
]
