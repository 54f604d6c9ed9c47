"""貸出窓口, 応援者, 応援者名簿."""

from django.urls import path

from sekisho_web.grants.views import helpers, lending, roster

urlpatterns = [
    path("", helpers.desk, name="desk"),
    path("return/", lending.take_back, name="take_back"),
    path("roster/", roster.roster, name="roster"),
    path("roster/import/", roster.roster_import, name="roster_import"),
    path("roster/apply/", roster.roster_apply, name="roster_apply"),
    path("roster/sample.csv", roster.roster_sample, name="roster_sample"),
    path("<str:code>/", helpers.helpers, name="helpers"),
    path("<str:code>/call/", helpers.call_out, name="call_out"),
    path("<str:code>/shift/", helpers.shift, name="shift"),
    path("<str:code>/lend/", lending.lend, name="lend"),
]
