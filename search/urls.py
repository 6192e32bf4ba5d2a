"""URLs of search on a unit's host."""

from django.urls import path

from search import views

app_name = "search"
urlpatterns = [
    path("", views.page, name="page"),
    path("why/", views.why, name="why"),
    path("saved/", views.save, name="save"),
    path("saved/<int:saved_id>/", views.saved, name="saved"),
]
