from django.urls import path

from sekisho_web.accounts.views import directories

urlpatterns = [
    path("", directories.offers, name="directories"),
    path("<int:pk>/lift/", directories.lift_together, name="lift_together"),
]
