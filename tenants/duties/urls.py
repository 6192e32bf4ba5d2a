"""URLs of duties."""

from django.urls import URLPattern, path

from tenants.duties.views import dossiers, lists, records, targets, transfers

app_name = "duties"
urlpatterns: list[URLPattern] = [
    path("", dossiers.own, name="own"),
    path("dossier.<str:extension>", dossiers.own_print, name="own_print"),
    path("transfer/", transfers.transfer, name="transfer"),
    path("members/", dossiers.members, name="members"),
    path("members/<uuid:user_uuid>/", dossiers.member, name="member"),
    path("members/<uuid:user_uuid>/dossier.<str:extension>", dossiers.member_print, name="member_print"),
    path("records/", records.records, name="records"),
    path("records/new/", records.new, name="record_new"),
    path("records/<uuid:record_uuid>/proof/", records.proof, name="proof"),
    path("list/", lists.duties, name="list"),
    path("targets/", targets.targets, name="targets"),
    path("targets/set/<slug:whom>/", targets.set_, name="targets_set"),
]
