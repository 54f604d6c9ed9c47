"""Every address begins here. Pages stand in the apps; errors are said by the frame."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("sekisho_web.reports.urls")),
    path("look/", include("sekisho_web.gate.urls")),
    path("policy/", include("sekisho_web.policy.urls")),
    path("proof/", include("sekisho_web.proof.urls")),
    path("", include("sekisho_web.campaigns.urls")),
    path("replay/", include("sekisho_web.replay.urls")),
    path("trace/", include("sekisho_web.trace.urls")),
    path("ledger/", include("sekisho_web.ledger.urls")),
    path("accounts/", include("sekisho_web.accounts.urls")),
    path("accounts/", include("sekisho_web.accounts.urls.sign_in")),
    path("api/", include("sekisho_web.accounts.urls.api")),
    path("access/v1/", include("sekisho_web.grants.urls.access")),
    path("scim/v2/", include("sekisho_web.accounts.urls.scim")),
    path("grants/", include("sekisho_web.grants.urls")),
    path("", include("sekisho_web.grants.urls.oidc")),
    path("terminals/", include("sekisho_web.terminals.urls")),
    path("", include("sekisho_web.frame.urls")),
]
if settings.SEKISHO_DEMO:  # elsewhere there is no such address
    urlpatterns.append(path("demo/", include("sekisho_web.world.urls")))

handler403 = "sekisho_web.frame.errors.forbidden"
handler404 = "sekisho_web.frame.errors.not_found"
handler429 = "sekisho_web.frame.errors.too_often"  # asked for by the sign-in library
handler500 = "sekisho_web.frame.errors.broken"
