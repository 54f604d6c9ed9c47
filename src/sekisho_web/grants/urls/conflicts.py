from django.urls import path

from sekisho_web.grants.views import conflicts as views

urlpatterns = [
    path("", views.conflicts, name="conflicts"),
    path("rules/", views.conflict_rules, name="conflict_rules"),
    path("rules/<str:code>/months/", views.propose_months, name="propose_months"),
    path("rules/<int:pk>/confirm/", views.confirm_months, name="confirm_months"),
    path("rules/<int:pk>/withdraw/", views.withdraw_months, name="withdraw_months"),
    path("exceptions/", views.conflict_exceptions, name="conflict_exceptions"),
    path("exceptions/<str:code>/<int:pk>/", views.let_off, name="let_off"),
    path("exceptions/<int:pk>/end/", views.end_exception, name="end_exception"),
]
