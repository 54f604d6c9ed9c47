from django.urls import path

from sekisho_web.trace import views

app_name = "trace"
urlpatterns = [
    path("", views.incidents, name="incidents"),
    path("<int:pk>/", views.investigation, name="investigation"),
    path("<int:pk>/accesses/<slug:incident>/", views.accesses, name="accesses"),
    path("<int:pk>/refused/", views.refused, name="refused"),
    path("<int:pk>/report.pdf", views.pdf, name="pdf"),
    path("<int:pk>/report.xlsx", views.excel, name="excel"),
]
