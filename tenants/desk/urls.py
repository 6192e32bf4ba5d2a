"""URLs of the desk, at the root of a unit's host."""

from django.urls import path

from tenants.desk.views import (
    clearing,
    dispatch,
    inbox,
    inbox_alikes,
    journeys,
    matters,
    merging,
    outcome_lists,
    outcomes,
    reading,
    routes,
    sending,
)

app_name = "desk"
urlpatterns = [
    path("items/<uuid:item_uuid>/", reading.item, name="item"),
    path("items/<uuid:item_uuid>/journey/", journeys.journey, name="journey"),
    path("items/<uuid:item_uuid>/send/", sending.send, name="send"),
    path("items/<uuid:item_uuid>/correct/", sending.correct, name="correct"),
    path("items/<uuid:item_uuid>/clearance/", clearing.clear, name="clear"),
    path("items/<uuid:item_uuid>/outcomes/", outcomes.outcomes, name="outcome"),
    path("outcomes/<uuid:event_uuid>/reverse/", outcomes.reverse_outcome, name="reverse"),
    path("outcomes/proofs/<uuid:proof_uuid>/", outcomes.proof, name="proof"),
    path("outcomes/list/", outcome_lists.choose, name="outcome_list"),
    path("outcomes/list/record/", outcome_lists.record, name="outcome_list_record"),
    path("merge/", merging.merge, name="merge"),
    path("items/<uuid:item_uuid>/sources/", merging.sources, name="sources"),
    path("items/<uuid:item_uuid>/sources/act/", merging.act_on_sources, name="sources_act"),
    path("items/<uuid:item_uuid>/matter/", matters.matter, name="matter"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/receive/", inbox.receive_many, name="receive"),
    path("inbox/<uuid:dispatch_uuid>/", dispatch.dispatch, name="dispatch"),
    path("inbox/<uuid:dispatch_uuid>/alikes/", inbox_alikes.alikes, name="dispatch_alikes"),
    path("inbox/<uuid:dispatch_uuid>/act/", dispatch.act, name="act"),
    path("inbox/<uuid:dispatch_uuid>/files/<uuid:file_uuid>/", dispatch.file, name="file"),
    path("routes/", routes.routes, name="routes"),
    path("routes/open/", routes.open_route, name="route_open"),
    path("routes/from/<uuid:unit_uuid>/", routes.route_terms, name="route_terms"),
    path("routes/to/<str:key>/", routes.route_posts, name="route_posts"),
    path("routes/<int:route_id>/end/", routes.end_route, name="route_end"),
    path("send/", sending.send_list, name="send_list"),
    path("send/<uuid:dispatch_uuid>/recall/", sending.recall, name="recall"),
    path("send/<uuid:dispatch_uuid>/ask/", sending.ask_recall, name="ask_recall"),
    path("send/<uuid:dispatch_uuid>/settle/", sending.settle, name="settle"),
]
