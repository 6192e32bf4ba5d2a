"""URLs of this app on a unit's host."""

from django.urls import URLPattern, path

from tenants.accounts.views import entry, importing, joining, keys, oddities, people, setup

app_name = "accounts"
# Ways in and out: the bare host has them too, for the platform's operators.
entry_patterns: list[URLPattern] = [
    path("login/", entry.sign_in, name="login"),
    path("logout/", entry.sign_out, name="logout"),
    path("password/", entry.password, name="password"),
    path("invite/<str:token>/", entry.invitation, name="invite"),
]
urlpatterns: list[URLPattern] = [
    *entry_patterns,
    path("keys/", keys.index, name="keys"),
    path("keys/<int:key_id>/revoke/", keys.revoke, name="key_revoke"),
    path("joined/", joining.joined, name="joined"),
    path("people/", people.index, name="people"),
    path("people/new/", people.new, name="person_new"),
    path("people/import/", importing.choose, name="people_import"),
    path("people/import/enter/", importing.enter, name="people_enter"),
    path("people/import/template/", importing.empty_table, name="people_template"),
    path("people/links/", importing.links, name="people_links"),
    path("people/<uuid:uuid>/", people.detail, name="person"),
    path("people/<uuid:uuid>/invite/", people.invite, name="person_invite"),
    path("people/<uuid:uuid>/deactivate/", people.deactivate, name="person_deactivate"),
    path("people/<uuid:uuid>/reactivate/", people.reactivate, name="person_reactivate"),
    path("people/<uuid:uuid>/posts/", people.give_post, name="person_post"),
    path("people/<uuid:uuid>/posts/<int:holding_id>/end/", people.end_post, name="person_post_end"),
    path("people/<uuid:uuid>/circles/<int:group_id>/head/", people.head, name="person_head"),
    path("roles/", setup.roles, name="roles"),
    path("groups/", setup.groups, name="groups"),
    path("positions/", setup.positions, name="positions"),
    path("oddities/", oddities.oddities, name="oddities"),
]
