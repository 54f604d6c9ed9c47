from django.urls import path

from sekisho_web.accounts.views import systems as views

urlpatterns = [
    path("", views.systems, name="systems"),
    path("offices/<int:pk>/end/", views.end_office, name="end_office"),
    path("<slug:key>/", views.system, name="system"),
    path("<slug:key>/edit/", views.edit, name="edit_system"),
    path("<slug:key>/officers/", views.appoint, name="appoint"),
]
