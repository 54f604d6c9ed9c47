from django.urls import path

from sekisho_web.proof import views

app_name = "proof"
urlpatterns = [
    path("", views.invariants, name="invariants"),
    path("<slug:invariant>/", views.invariant, name="invariant"),
]
