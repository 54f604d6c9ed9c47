"""承認待ち, 承認画面, 私の承認 and 代理."""

from django.urls import path

from sekisho_web.grants.views import deciding, delegations

urlpatterns = [
    path("", deciding.queue, name="queue"),
    path("mine/", deciding.my_approvals, name="my_approvals"),
    path("delegations/", delegations.delegations, name="delegations"),
    path("delegations/new/", delegations.delegate, name="delegate"),
    path("delegations/<int:pk>/end/", delegations.end_delegation, name="end_delegation"),
    path("<str:code>/", deciding.decide, name="decide"),
]
