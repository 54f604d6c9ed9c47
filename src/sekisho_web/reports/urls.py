from django.urls import path

from sekisho_web.reports.views import documents, lag, today

app_name = "reports"
urlpatterns = [
    path("", today.today, name="today"),
    path("reports/lag/", lag.lag, name="lag"),
    path("reports/documents/<slug:version>/", documents.documents, name="documents"),
    path(
        "reports/documents/<slug:version>/completion.<slug:form>",
        documents.completion,
        name="completion",
    ),
    path(
        "reports/documents/<slug:version>/<slug:key>/<slug:kind>.<slug:form>",
        documents.document,
        name="document",
    ),
]
