"""URLs of this app on a unit's host."""

from django.urls import URLPattern, path

from tenants.review import views

app_name = "review"
urlpatterns: list[URLPattern] = [
    path("", views.worklists, name="list"),
    path("tasks/<uuid:task_uuid>/", views.task, name="task"),
    path("tasks/<uuid:task_uuid>/decide/", views.decide, name="decide"),
    path("tasks/<uuid:task_uuid>/text/", views.edit, name="edit"),
    path("submit/<uuid:item_uuid>/", views.submit, name="submit"),
    path("recall/<uuid:item_uuid>/", views.recall, name="recall"),
]
