from django.urls import path

from sekisho_web.accounts.views import holds as views

urlpatterns = [
    path("", views.holds, name="holds"),
    path("<int:pk>/confirm/", views.confirm, name="confirm_lift"),
    path("<int:pk>/lift/", views.lift, name="lift_hold"),
]
