from django.urls import path

from sekisho_web.accounts.views import pushes, targets

urlpatterns = [
    path("", pushes.pushes, name="pushes"),
    path("<int:pk>/", pushes.push, name="push"),
    path("<int:pk>/evidence/", pushes.attest, name="attest_push"),
    path("<int:pk>/confirm/", pushes.confirm, name="confirm_push"),
    path("<int:pk>/proof/", pushes.proof, name="proof_of_push"),
    path("orders/<int:pk>/", pushes.orders, name="orders"),
    path("orders/<int:pk>/orders.csv", pushes.orders_csv, name="orders_csv"),
    path("targets/", targets.targets, name="targets"),
    path("targets/<str:key>/", targets.target, name="target"),
    path("targets/<int:pk>/reconcile/", targets.reconcile, name="reconcile"),
    path("reconciliations/", targets.reconciliations, name="reconciliations"),
    path("reconciliations/<int:pk>/", targets.reconciliation, name="reconciliation"),
    path("reconciliations/<int:pk>/adopt/", targets.adopt, name="adopt"),
]
