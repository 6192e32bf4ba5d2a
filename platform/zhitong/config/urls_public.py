"""URL map of the bare host: unit chooser and the operators' console."""

from django.urls import include, path

from zhitong.web import metrics

urlpatterns = [
    path("", include("zhitong.web.urls")),
    path("metrics", metrics.show, name="metrics"),
    path("", include("tenants.accounts.urls_public")),
]
handler400 = "zhitong.web.views.bad_request"
handler403 = "zhitong.web.views.forbidden"
handler404 = "zhitong.web.views.not_found"
handler500 = "zhitong.web.views.server_error"
