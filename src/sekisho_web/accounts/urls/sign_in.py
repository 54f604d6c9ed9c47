"""The addresses of sign-in, under the names by which the library looks for them."""

from django.urls import path

from sekisho_web.accounts.views import authenticators, sign_on
from sekisho_web.accounts.views import sign_in as views

urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-in/second/", views.second_factor, name="mfa_authenticate"),
    path("sign-in/lost/", views.lost, name="lost"),
    path("sign-in/by/<slug:provider_id>/", sign_on.begin, name="openid_connect_login"),
    path("sign-in/by/<slug:provider_id>/back/", sign_on.back, name="openid_connect_callback"),
    path("sign-out/", views.sign_out, name="account_logout"),
    path("stopped/", views.stopped, name="account_inactive"),
    path("again/key/", views.again, name="mfa_reauthenticate_webauthn"),
    path("again/", views.again, name="account_reauthenticate"),
    path("authenticators/key/", authenticators.bind_key, name="mfa_add_webauthn"),
    path("authenticators/all/", authenticators.factors, name="mfa_index"),
]
