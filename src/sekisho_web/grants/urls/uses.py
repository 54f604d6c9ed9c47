from django.urls import path

from sekisho_web.grants.views import grants, look_backs

urlpatterns = [
    path("", grants.grants, name="grants"),
    path("unused/", grants.unused, name="unused"),
    path("results/", look_backs.look_backs, name="look_backs"),
    path("results/<int:pk>/", look_backs.look_back, name="look_back"),
    path("grant/<slug:code>/", grants.grant, name="grant"),
    path("grant/<slug:code>/revoke/", grants.revoke, name="revoke_grant"),
]
