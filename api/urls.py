"""URLs of the API on a unit's host."""

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView

from api.errors import not_found
from api.v1 import items, standings
from api.views import DocsView

app_name = "api"
urlpatterns: list[URLPattern] = [
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs/", login_required(DocsView.as_view(url_name="api:schema")), name="docs"),
    path("v1/items/", items.ItemsView.as_view(), name="items"),
    path("v1/items/<uuid:item_uuid>/", items.ItemView.as_view(), name="item"),
    path("v1/items/<uuid:item_uuid>/submit/", items.SubmitView.as_view(), name="submit"),
    path("v1/items/<uuid:item_uuid>/journey/", items.JourneyView.as_view(), name="journey"),
    path("v1/standings/", standings.StandingsView.as_view(), name="standings"),
    re_path(r"^(?P<rest>.*)$", not_found, name="not_found"),
]
