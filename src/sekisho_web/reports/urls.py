from django.urls import path

from sekisho_web.reports import views

app_name = "reports"
urlpatterns = [path("", views.today, name="today")]
