from django.urls import path

from sekisho_web.grants.views import roster

urlpatterns = [
    path("roster/", roster.roster, name="roster"),
    path("roster/import/", roster.roster_import, name="roster_import"),
    path("roster/apply/", roster.roster_apply, name="roster_apply"),
    path("roster/sample.csv", roster.roster_sample, name="roster_sample"),
]
