from django.urls import path

from sekisho_web.grants import views

app_name = "grants"
urlpatterns = [path("start/", views.start, name="start")]
