from django.urls import path

from sekisho_web.accounts import views

app_name = "accounts"
urlpatterns = [
    path("again/demo/", views.again_in_demo, name="again_in_demo"),
    path("authenticators/", views.factors, name="factors"),
    path("authenticators/ticket/", views.ticket, name="ticket"),
]
