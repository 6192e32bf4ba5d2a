"""URLs of this app on a unit's host."""

from django.urls import path

from zhitong.ranking import views

app_name = "ranking"
urlpatterns = [
    path("", views.standings, name="standings"),
    path("unit/<uuid:unit_uuid>/", views.ledger, name="ledger"),
    path("item/<uuid:item_uuid>/", views.item, name="item"),
    path("counts/<uuid:unit_uuid>/", views.counted, name="list"),
    path("statistics/", views.statistics, name="statistics"),
    path("statistics/sent/", views.sent, name="flow"),
    path("terms/", views.terms, name="terms"),
    path("rules/", views.rule_sets, name="rules"),
    path("rules/new/", views.edit, name="rules_new"),
    path("rules/schema.json", views.schema, name="rules_schema"),
    path("rules/examples/<slug:code>.yaml", views.example, name="rules_example"),
    path("rules/<int:key>/", views.rule_set, name="rules_set"),
    path("rules/<int:key>/sight/", views.set_sight, name="rules_sight"),
    path("rules/<int:key>/edit/", views.edit, name="rules_edit"),
    path("rules/<int:key>/<int:number>.yaml", views.source, name="rules_source"),
    path("trials/<uuid:trial_uuid>/", views.trial, name="trial"),
    path("manual/", views.manual, name="manual"),
]
