from django.urls import path

from sekisho_web.policy.views import reading

app_name = "policy"
urlpatterns = [
    path("", reading.tables, name="tables"),
    path("<slug:key>/", reading.grid, name="grid"),
    path("<slug:key>/visible/", reading.visible, name="visible"),
    path("<slug:key>/rules/", reading.rules, name="rules"),
    path("<slug:key>/screens/", reading.screens, name="screens"),
    path("<slug:key>/explain/", reading.explain, name="explain"),
    path("<slug:key>/cell/<slug:field>/<slug:column>/", reading.cell, name="cell"),
]
