"""OpenID Connect, under the names by which the library looks for them, and no other of its own."""

from django.urls import include, path

from sekisho_web.grants.views import oidc

_ways = (
    [
        path(".well-known/openid-configuration", oidc.configuration, name="configuration"),
        path(".well-known/jwks.json", oidc.jwks, name="jwks"),
        path("oidc/authorize", oidc.authorization, name="authorization"),
        path("oidc/token", oidc.token, name="token"),
    ],
    "oidc",
)
app_name = "idp"
urlpatterns = [path("", include(_ways))]
