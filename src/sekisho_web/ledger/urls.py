"""The addresses of the ledger, under /ledger/."""

from django.urls import path

from sekisho_web.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.records, name="records"),
    path("<uuid:number>/", views.record, name="record"),
]
