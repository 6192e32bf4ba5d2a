"""URL map of a unit's host."""

from django.urls import include, path

from tenants.desk.views.home import home

urlpatterns = [
    path("", home, name="home"),
    path("", include("zhitong.web.urls")),
    path("", include("tenants.desk.urls")),
    path("accounts/", include("tenants.accounts.urls")),
    path("items/", include("tenants.items.urls")),
    path("review/", include("tenants.review.urls")),
    path("handling/", include("tenants.handling.urls")),
    path("notices/", include("tenants.notices.urls")),
    path("papers/", include("tenants.papers.urls")),
    path("circulars/", include("tenants.circulars.urls")),
    path("duties/", include("tenants.duties.urls")),
    path("proposals/", include("tenants.proposals.urls")),
    path("search/", include("search.urls")),
    path("exports/", include("zhitong.exports.urls")),
    path("ranking/", include("zhitong.ranking.urls")),
    path("", include("zhitong.monitor.urls")),
    path("api/", include("api.urls")),
]
handler400 = "zhitong.web.views.bad_request"
handler403 = "zhitong.web.views.forbidden"
handler404 = "zhitong.web.views.not_found"
handler500 = "zhitong.web.views.server_error"
