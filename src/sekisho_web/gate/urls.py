from django.urls import path

from sekisho_web.gate import views

app_name = "gate"
urlpatterns = [
    path("", views.start, name="start"),
    path("<slug:code>/<slug:number>", views.screen, name="screen"),
    path("<slug:code>/<slug:number>/<str:handle>", views.record, name="record"),
]
