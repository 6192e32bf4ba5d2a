"""URLs of handling, under /handling/ of a unit's host."""

from django.urls import path

from tenants.handling.views import asked, inbox, outside, passing, rating, sheets

app_name = "handling"
urlpatterns = [
    path("", asked.asked_list, name="list"),
    path("items/<uuid:item_uuid>/", passing.pass_on, name="pass_on"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<uuid:assignment_uuid>/", inbox.assignment, name="assignment"),
    path("inbox/<uuid:assignment_uuid>/files/<uuid:file_uuid>/", inbox.passed_file, name="passed_file"),
    path("answer/<str:token>/", outside.outside, name="outside"),
    path("files/<uuid:file_uuid>/", inbox.file, name="file"),
    path("parts/<uuid:assignment_uuid>/act/", asked.act, name="act"),
    path("parts/<uuid:assignment_uuid>/reassign/", passing.reassign, name="reassign"),
    path("parts/<uuid:assignment_uuid>/enter/", inbox.enter, name="enter"),
    path("<uuid:handling_uuid>/", asked.handling, name="handling"),
    path("<uuid:handling_uuid>/release/", asked.release, name="release"),
    path("<uuid:handling_uuid>/again/", passing.second_round, name="second_round"),
    path("<uuid:handling_uuid>/rate/<uuid:item_uuid>/", rating.rate, name="rate"),
    path("<uuid:handling_uuid>/sheet.<str:extension>", sheets.sheet, name="sheet"),
]
