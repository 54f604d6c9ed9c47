from django.urls import path

from sekisho_web.grants.views.foreign import allowed, by_hand, inspections, logs, systems

urlpatterns = [
    path("", systems.systems, name="foreign"),
    path("logs/<int:pk>/", logs.log, name="foreign_log"),
    path("logs/<int:pk>/again/", logs.again, name="foreign_again"),
    path("logs/<int:pk>/result.xlsx", logs.workbook, name="foreign_workbook"),
    path("<slug:key>/", systems.system, name="foreign_system"),
    path("<slug:key>/users/", systems.users, name="foreign_users"),
    path("<slug:key>/receive/", logs.receive, name="foreign_receive"),
    path("<slug:key>/suspicious/", systems.suspicious, name="foreign_suspicious"),
    path(
        "<slug:key>/suspicious.<str:form>",
        systems.suspicious_report,
        name="foreign_suspicious_report",
    ),
    path("<slug:key>/by-hand/", by_hand.uses, name="foreign_by_hand"),
    path("<slug:key>/by-hand/write/", by_hand.write, name="foreign_write"),
    path("<slug:key>/by-hand/close/", by_hand.close, name="foreign_close"),
    path("<slug:key>/allowed/", allowed.allowed, name="foreign_allowed"),
    path("<slug:key>/allowed.txt", allowed.allow_list, name="foreign_allow_list"),
    path("<slug:key>/inspections/", inspections.inspections, name="foreign_inspections"),
    path("<slug:key>/inspections/<int:year>/", inspections.inspection, name="foreign_inspection"),
    path(
        "<slug:key>/inspections/<int:year>/sign/", inspections.sign, name="foreign_inspection_sign"
    ),
    path(
        "<slug:key>/inspections/<int:year>.<str:form>",
        inspections.report,
        name="foreign_inspection_report",
    ),
]
