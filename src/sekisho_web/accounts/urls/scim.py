"""SCIM, below /scim/v2: its addresses are the library's affair."""

from django.urls import path

from sekisho_web.accounts.scim.views import scim

urlpatterns = [path("", scim), path("<path:path>", scim)]
