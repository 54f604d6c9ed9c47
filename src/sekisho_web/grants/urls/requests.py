"""利用申請 and 求めの記録."""

from django.urls import path

from sekisho_web.grants.views import askings

urlpatterns = [
    path("askings/", askings.askings, name="askings"),
    path("askings/new/", askings.note_asking, name="note_asking"),
    path("askings/<int:pk>/", askings.judge_asking, name="judge_asking"),
]
