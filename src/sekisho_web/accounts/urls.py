from django.urls import path

from sekisho_web.accounts import views

app_name = "accounts"
urlpatterns = [
    path("authenticators/", views.factors, name="factors"),
    path("authenticators/ticket/", views.ticket, name="ticket"),
]
