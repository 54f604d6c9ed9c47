from django.urls import path

from sekisho_web.policy import views

app_name = "policy"
urlpatterns = [
    path("", views.tables, name="tables"),
    path("<slug:key>/", views.grid, name="grid"),
    path("<slug:key>/visible/", views.visible, name="visible"),
    path("<slug:key>/rules/", views.rules, name="rules"),
    path("<slug:key>/screens/", views.screens, name="screens"),
    path("<slug:key>/explain/", views.explain, name="explain"),
    path("<slug:key>/cell/<slug:field>/<slug:column>/", views.cell, name="cell"),
]
