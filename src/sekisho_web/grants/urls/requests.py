"""利用申請 and 求めの記録."""

from django.urls import path

from sekisho_web.grants.views import askings, requests

urlpatterns = [
    path("", requests.requests, name="requests"),
    path("new/", requests.ask, name="ask"),
    path("askings/", askings.askings, name="askings"),
    path("askings/new/", askings.note_asking, name="note_asking"),
    path("askings/<int:pk>/", askings.judge_asking, name="judge_asking"),
    path("<str:code>/", requests.request_, name="request"),
    path("<str:code>/withdraw/", requests.withdraw, name="withdraw"),
    path("<str:code>/approval.json", requests.evidence, name="evidence"),
]
