from django.urls import path

from sekisho_web.accounts.views import tickets as views

urlpatterns = [
    path("", views.tickets, name="tickets"),
    path("new/", views.issue, name="ticket_issue"),
    path("<int:pk>/withdraw/", views.withdraw, name="ticket_withdraw"),
    path("authenticators/<int:pk>/revoke/", views.revoke, name="authenticator_revoke"),
]
