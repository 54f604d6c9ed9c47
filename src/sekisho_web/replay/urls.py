from django.urls import path

from sekisho_web.replay.views import checks, simulations

app_name = "replay"
urlpatterns = [
    path("checks/", checks.checks, name="checks"),
    path("checks/ask/", checks.ask, name="ask"),
    path("checks/<int:pk>/", checks.check, name="check"),
    path("changes/<str:change>/simulate/", simulations.simulate, name="simulate"),
    path("changes/<str:change>/simulation/", simulations.simulation, name="simulation"),
    path("simulations/<int:pk>/", simulations.result, name="result"),
    path("simulations/<int:pk>/cells/<int:cell>/", simulations.examples, name="examples"),
    path("simulations/<int:pk>/cells.csv", simulations.as_csv, name="csv"),
    path("simulations/<int:pk>/report.xlsx", simulations.excel, name="excel"),
    path("watched/", checks.watched, name="watched"),
]
