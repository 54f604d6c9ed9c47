from django.urls import path

from sekisho_web.grants.views import clients, launcher

urlpatterns = [
    path("", launcher.home, name="home"),
    path("end/<int:pk>/", launcher.end_use, name="end_use"),
    path("<slug:key>/", launcher.launch, name="launch"),
    path("<slug:key>/client/", clients.client, name="client"),
    path("<slug:key>/arrive/<slug:handle>/", launcher.arrive, name="arrive"),
]
