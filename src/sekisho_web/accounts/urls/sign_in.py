"""The addresses of sign-in, under the names by which the library looks for them."""

from django.urls import path

from sekisho_web.accounts.views import sign_in as views

urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-in/second/", views.second_factor, name="mfa_authenticate"),
    path("sign-out/", views.sign_out, name="account_logout"),
    path("stopped/", views.stopped, name="account_inactive"),
    path("again/code/", views.again_by_code, name="mfa_reauthenticate"),
    path("again/key/", views.again_by_key, name="mfa_reauthenticate_webauthn"),
    path("again/", views.again_by_code, name="account_reauthenticate"),
    path("authenticators/app/", views.bind_totp, name="mfa_activate_totp"),
    path("authenticators/key/", views.bind_key, name="mfa_add_webauthn"),
    path("authenticators/all/", views.factors, name="mfa_index"),
]
