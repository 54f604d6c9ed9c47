"""The API, below /api: one address for each endpoint, and the document that describes them."""

from django.urls import path

from sekisho_web.accounts.api.describing import openapi
from sekisho_web.accounts.api.endpoints import API, ENDPOINTS
from sekisho_web.accounts.api.offered import bring

bring()
app_name = "api"
urlpatterns = [
    path("openapi.json", openapi, name="openapi"),
    *(
        path(f"{one.root.removeprefix(API)}{one.path}", one.view, name=one.name)
        for one in ENDPOINTS
        if one.root.startswith(API)
    ),
]
