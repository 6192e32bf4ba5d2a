"""URLs of this app on a unit's host."""

from django.urls import URLPattern, path

from tenants.accounts.views import entry

app_name = "accounts"
entry_patterns: list[URLPattern] = [
    path("login/", entry.sign_in, name="login"),
    path("logout/", entry.sign_out, name="logout"),
    path("password/", entry.password, name="password"),
    path("invite/<str:token>/", entry.invitation, name="invite"),
]
urlpatterns: list[URLPattern] = entry_patterns
