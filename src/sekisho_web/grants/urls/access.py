"""The OpenID AuthZEN Authorization API, below /access/v1, where its standard has it."""

from django.urls import path

from sekisho_web.accounts.api.endpoints import ENDPOINTS
from sekisho_web.grants.api import evaluation

app_name = "access"
urlpatterns = [
    path(one.path, one.view, name=one.name) for one in ENDPOINTS if one.root == evaluation.ROOT
]
