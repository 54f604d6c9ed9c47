"""承認規程."""

from django.urls import path

from sekisho_web.grants.views import policies

urlpatterns = [
    path("", policies.policies, name="policies"),
    path("new/", policies.propose_policy, name="propose_policy"),
    path("<str:code>/", policies.policy, name="policy"),
    path("<str:code>/next/", policies.revise_policy, name="revise_policy"),
    path("<str:code>/<int:version>/confirm/", policies.confirm_policy, name="confirm_policy"),
    path("<str:code>/<int:version>/drop/", policies.drop_policy, name="drop_policy"),
]
