"""URL map of the bare host: unit chooser and the operators' console."""

from django.urls import include, path

urlpatterns = [
    path("", include("zhitong.web.urls")),
    path("", include("tenants.accounts.urls_public")),
]
handler400 = "zhitong.web.views.bad_request"
handler403 = "zhitong.web.views.forbidden"
handler404 = "zhitong.web.views.not_found"
handler500 = "zhitong.web.views.server_error"
