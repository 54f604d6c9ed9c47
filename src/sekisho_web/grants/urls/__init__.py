"""The addresses of grants, one module a subject."""

from django.urls import include, path

from sekisho_web.grants.views import office, start

app_name = "grants"
urlpatterns = [
    path("", office.office, name="office"),
    path("start/", start.start, name="start"),
    path("requests/", include("sekisho_web.grants.urls.requests")),
    path("deciding/", include("sekisho_web.grants.urls.deciding")),
    path("policies/", include("sekisho_web.grants.urls.policies")),
    path("uses/", include("sekisho_web.grants.urls.uses")),
    path("launcher/", include("sekisho_web.grants.urls.launcher")),
    path("emergencies/", include("sekisho_web.grants.urls.emergencies")),
    path("desk/", include("sekisho_web.grants.urls.desk")),
    path("conflicts/", include("sekisho_web.grants.urls.conflicts")),
    path("engagements/", include("sekisho_web.grants.urls.engagements")),
    path("foreign/", include("sekisho_web.grants.urls.foreign")),
]
