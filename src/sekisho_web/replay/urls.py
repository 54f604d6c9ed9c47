from django.urls import path

from sekisho_web.replay.views import checks

app_name = "replay"
urlpatterns = [
    path("checks/", checks.checks, name="checks"),
    path("checks/ask/", checks.ask, name="ask"),
    path("checks/<int:pk>/", checks.check, name="check"),
    path("watched/", checks.watched, name="watched"),
]
