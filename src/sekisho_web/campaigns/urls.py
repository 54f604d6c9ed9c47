from django.urls import path

from sekisho_web.campaigns import views

app_name = "campaigns"
urlpatterns = [
    path("", views.findings, name="findings"),
    path("<int:pk>/", views.finding, name="finding"),
]
