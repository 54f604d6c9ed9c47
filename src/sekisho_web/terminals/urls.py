from django.urls import path

from sekisho_web.terminals import views

app_name = "terminals"
urlpatterns = [path("register/", views.register, name="register")]
