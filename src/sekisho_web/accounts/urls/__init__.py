"""The addresses of people and IDs, one module a subject."""

from django.urls import include, path

from sekisho_web.accounts.views import authenticators, home, sign_on
from sekisho_web.accounts.views import sign_in as views

app_name = "accounts"
urlpatterns = [
    path("", home.home, name="home"),
    path("again/demo/", views.again_in_demo, name="again_in_demo"),
    path("again/sign-on/", sign_on.again, name="again_by_sign_on"),
    path("authenticators/", authenticators.factors, name="factors"),
    path("authenticators/ticket/", authenticators.ticket, name="ticket"),
    path("authenticators/card/", authenticators.bind_card, name="bind_card"),
    path("authenticators/<int:pk>/revoke/", authenticators.revoke_own, name="revoke_own"),
    path("personnel/", include("sekisho_web.accounts.urls.personnel")),
    path("directories/", include("sekisho_web.accounts.urls.directories")),
    path("systems/", include("sekisho_web.accounts.urls.systems")),
    path("ids/", include("sekisho_web.accounts.urls.ids")),
    path("people/", include("sekisho_web.accounts.urls.people")),
    path("holds/", include("sekisho_web.accounts.urls.holds")),
    path("reviews/", include("sekisho_web.accounts.urls.reviews")),
    path("tickets/", include("sekisho_web.accounts.urls.tickets")),
    path("sessions/", include("sekisho_web.accounts.urls.sessions")),
    path("pushes/", include("sekisho_web.accounts.urls.pushes")),
]
