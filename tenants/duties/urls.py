"""URLs of duties."""

from django.urls import URLPattern, path

from tenants.duties.views import awards, circles, dossiers, lists, records, targets, transfers

app_name = "duties"
urlpatterns: list[URLPattern] = [
    path("", dossiers.own, name="own"),
    path("dossier.<str:extension>", dossiers.own_print, name="own_print"),
    path("transfer/", transfers.transfer, name="transfer"),
    path("members/", dossiers.members, name="members"),
    path("members/<uuid:user_uuid>/", dossiers.member, name="member"),
    path("members/<uuid:user_uuid>/dossier.<str:extension>", dossiers.member_print, name="member_print"),
    path("circle/", circles.circle, name="circle"),
    path("circle/items/", circles.circle_items, name="circle_items"),
    path("circle/points/", circles.circle_points, name="circle_points"),
    path("records/", records.records, name="records"),
    path("records/new/", records.new, name="record_new"),
    path("records/<uuid:record_uuid>/proof/", records.proof, name="proof"),
    path("awards/", awards.awards, name="awards"),
    path("awards/new/", awards.new, name="award_new"),
    path("awards/<uuid:list_uuid>/", awards.award, name="award"),
    path("awards/<uuid:list_uuid>/list.<str:extension>", awards.award_print, name="award_print"),
    path("list/", lists.duties, name="list"),
    path("targets/", targets.targets, name="targets"),
    path("targets/set/<slug:whom>/", targets.set_, name="targets_set"),
]
