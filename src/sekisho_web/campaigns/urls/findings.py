from django.urls import path

from sekisho_web.campaigns.views import findings as views

urlpatterns = [
    path("", views.findings, name="findings"),
    path("<int:pk>/", views.finding, name="finding"),
]
