"""The addresses of the ledger, under /ledger/."""

from django.urls import URLPattern

app_name = "ledger"
urlpatterns: list[URLPattern] = []
