"""URLs of this app on a unit's host."""

from django.urls import URLPattern, path

from tenants.review import views
from tenants.review.views import flows

app_name = "review"
urlpatterns: list[URLPattern] = [
    path("", views.worklists, name="list"),
    path("filters/", views.save_filter, name="filter_save"),
    path("filters/<int:filter_id>/remove/", views.remove_filter, name="filter_remove"),
    path("batch/", views.batch, name="batch"),
    path("batch/people/", views.batch_people, name="batch_people"),
    path("tasks/<uuid:task_uuid>/", views.task, name="task"),
    path("tasks/<uuid:task_uuid>/decide/", views.decide, name="decide"),
    path("tasks/<uuid:task_uuid>/text/", views.edit, name="edit"),
    path("tasks/<uuid:task_uuid>/checks/", views.checks, name="checks"),
    path("tasks/<uuid:task_uuid>/people/", views.people, name="people"),
    path("tasks/<uuid:task_uuid>/due/", views.due, name="due"),
    path("runs/<uuid:run_uuid>/", views.run, name="run"),
    path("runs/<uuid:run_uuid>/act/", views.run_act, name="run_act"),
    path("runs/<uuid:run_uuid>/people/", views.run_people, name="run_people"),
    path("runs/<uuid:run_uuid>/files/<uuid:file_uuid>/", views.file, name="file"),
    path("phrases/", views.phrases, name="phrases"),
    path("phrases/<int:phrase_id>/remove/", views.phrase_remove, name="phrase_remove"),
    path("absences/", views.absences, name="absences"),
    path("absences/<int:absence_id>/end/", views.absence_end, name="absence_end"),
    path("posts/", views.replace_holder, name="posts"),
    path("tasks/<uuid:task_uuid>/verify/", views.verify, name="verify"),
    path("tasks/<uuid:task_uuid>/relay/", views.relay, name="relay"),
    path("questions/<uuid:question_uuid>/withdraw/", views.withdraw, name="withdraw"),
    path("questions/<uuid:question_uuid>/urge/", views.question_urge, name="question_urge"),
    path("questions/<uuid:question_uuid>/renew/", views.renew, name="renew"),
    path("answer/<str:token>/", views.outside, name="outside"),
    path("runs/<uuid:run_uuid>/remarks/", views.remarks, name="remarks"),
    path("runs/<uuid:run_uuid>/sheet.<str:extension>", views.sheet, name="sheet"),
    path("remarks/<uuid:remark_uuid>/reply/", views.reply, name="reply"),
    path("remarks/<uuid:remark_uuid>/settle/", views.settle, name="settle"),
    path("alikes/<uuid:item_uuid>/", views.alikes, name="alikes"),
    path("alikes/<uuid:item_uuid>/<uuid:other_uuid>/", views.pair, name="pair"),
    path("alikes/<uuid:item_uuid>/<uuid:other_uuid>/judge/", views.judge, name="judge"),
    path("submit/<uuid:item_uuid>/", views.submit, name="submit"),
    path("recall/<uuid:item_uuid>/", views.recall, name="recall"),
    path("flows/", flows.flows, name="flows"),
    path("flows/<slug:flow_code>/", flows.flow, name="flow"),
    path("flows/<slug:flow_code>/compare/", flows.compare, name="flow_compare"),
    path("flows/<slug:flow_code>/export/", flows.export, name="flow_export"),
    path("committees/", flows.committees, name="committees"),
    path("checklists/", flows.checklists, name="checklists"),
    path("checklists/new/", flows.checklist, name="checklist_new"),
    path("checklists/<slug:code>/", flows.checklist, name="checklist"),
]
