"""URLs of papers."""

from django.urls import URLPattern, path

from tenants.papers.views import publishing, reading, receiving, sending

app_name = "papers"
urlpatterns: list[URLPattern] = [
    path("", reading.index, name="index"),
    path("in/", receiving.inbox, name="inbox"),
    path("in/<uuid:delivery_uuid>/", receiving.delivery, name="delivery"),
    path("in/<uuid:delivery_uuid>/receive/", receiving.receive, name="receive"),
    path("out/", sending.outbox, name="outbox"),
    path("out/new/", publishing.new, name="new"),
    path("out/people/", publishing.directory, name="directory"),
    path("out/<uuid:paper_uuid>/", sending.sent, name="sent"),
    path("out/<uuid:paper_uuid>/urge/", sending.urge, name="urge"),
    path("out/<uuid:paper_uuid>/withdraw/", sending.withdraw, name="withdraw"),
    path("<uuid:paper_uuid>/", reading.paper, name="paper"),
    path("<uuid:paper_uuid>/confirm/", reading.confirm, name="confirm"),
    path("<uuid:paper_uuid>/write/", reading.write, name="write"),
    path("<uuid:paper_uuid>/files/<uuid:file_uuid>/", reading.file, name="file"),
]
