from django.urls import path

from sekisho_web.frame import views

app_name = "frame"
urlpatterns = [
    path("home/", views.home, name="home"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("health/", views.health, name="health"),
]
