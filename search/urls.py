"""URLs of search on a unit's host."""

from django.urls import path

from search import hot_views, views

app_name = "search"
urlpatterns = [
    path("", views.page, name="page"),
    path("hot/", hot_views.page, name="hot"),
    path("hot/<int:subject_id>/", hot_views.items, name="hot_items"),
    path("why/", views.why, name="why"),
    path("saved/", views.save, name="save"),
    path("saved/<int:saved_id>/", views.saved, name="saved"),
]
