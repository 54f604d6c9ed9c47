from django.urls import path

from sekisho_web.accounts.views import accounts, holds, shared

urlpatterns = [
    path("", accounts.ids, name="ids"),
    path("export/", accounts.export, name="export_ids"),
    path("requests/", accounts.requests, name="requests"),
    path("requests/new/", accounts.ask, name="ask_for_id"),
    path("requests/<int:pk>/decide/", accounts.decide, name="decide_request"),
    path("requests/<int:pk>/issue/", accounts.issue, name="issue_id"),
    path("requests/<int:pk>/withdraw/", accounts.withdraw, name="withdraw_request"),
    path("shared/", shared.shared, name="shared"),
    path("shared/new/", shared.register, name="register_shared"),
    path("shared/<int:pk>/", shared.one, name="shared_one"),
    path("shared/<int:pk>/check-out/", shared.check_out, name="check_out"),
    path("shared/checkouts/<int:pk>/back/", shared.bring_back, name="bring_back"),
    path("shared/rotations/<int:pk>/", shared.rotate, name="rotate"),
    path("<int:pk>/", accounts.one, name="id"),
    path("<int:pk>/resume/", accounts.resume, name="resume_id"),
    path("<int:pk>/close/", accounts.close, name="close_id"),
    path("<int:pk>/stop/", holds.stop_id, name="stop_id"),
]
