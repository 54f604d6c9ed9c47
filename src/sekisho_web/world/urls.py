from django.urls import path

from sekisho_web.world import views

app_name = "world"
urlpatterns = [
    path("", views.people, name="people"),
    path("<str:login>/", views.become, name="become"),
]
