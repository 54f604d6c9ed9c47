from django.urls import URLPattern, path

from sekisho_web.accounts.views import identities, passwords, sessions

urlpatterns: list[URLPattern] = [
    path("", sessions.sessions, name="sessions"),
    path("of/<str:code>/", sessions.end, name="end_session"),
    path("locked/", sessions.locked, name="locked"),
    path("locked/<str:login>/", sessions.forgive, name="forgive"),
    path("sign-on/of/<str:code>/", identities.identities, name="identities"),
    path("password/", passwords.change, name="change_password"),
    path("password/first/", passwords.first, name="first_password"),
    path("password/policy/", passwords.policy, name="password_policy"),
    path("password/of/<str:code>/", passwords.forget, name="forget_password"),
]
