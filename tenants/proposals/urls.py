"""URLs of filed proposals."""

from django.urls import path

from tenants.proposals import views

app_name = "proposals"
urlpatterns = [
    path("", views.index, name="index"),
    path("import/", views.bring, name="import"),
    path("import/sample/", views.sample, name="sample"),
    path("years/<int:year>/remove/", views.remove_year, name="remove_year"),
    path("<uuid:proposal_uuid>/", views.proposal, name="proposal"),
    path("<uuid:proposal_uuid>/remove/", views.remove, name="remove"),
]
