"""The addresses of findings and of pledges."""

from django.urls import include, path

app_name = "campaigns"
urlpatterns = [
    path("findings/", include("sekisho_web.campaigns.urls.findings")),
    path("pledges/", include("sekisho_web.campaigns.urls.pledges")),
]
