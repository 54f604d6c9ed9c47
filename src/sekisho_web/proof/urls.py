from django.urls import path, register_converter

from sekisho_web.proof import certificates, views
from sekisho_web.proof.converters import VersionName

register_converter(VersionName, "version")

app_name = "proof"
urlpatterns = [
    path("", views.invariants, name="invariants"),
    path("grid/", views.grid, name="grid"),
    path("grid/<slug:system>/<slug:screen>/<slug:viewer>/", views.cell, name="cell"),
    path("screens/", views.screens, name="screens"),
    path("coverage/", views.coverage, name="coverage"),
    path("invariant/<slug:invariant>/", views.invariant, name="invariant"),
    path("<version:version>/", views.invariants, name="invariants"),
    path("<version:version>/grid/", views.grid, name="grid"),
    path(
        "<version:version>/grid/<slug:system>/<slug:screen>/<slug:viewer>/",
        views.cell,
        name="cell",
    ),
    path("<version:version>/screens/", views.screens, name="screens"),
    path("<version:version>/coverage/", views.coverage, name="coverage"),
    path("<version:version>/invariant/<slug:invariant>/", views.invariant, name="invariant"),
    path("certificate/", certificates.certificate, name="certificate"),
    path("<version:version>/certificate/", certificates.certificate, name="certificate"),
    path(
        "<version:version>/certificate.json", certificates.certificate_json, name="certificate_json"
    ),
    path("<version:version>/certificate.pdf", certificates.certificate_pdf, name="certificate_pdf"),
]
