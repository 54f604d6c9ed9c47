"""人事ディレクトリの停止: what a directory stopped at once, and two people who take it back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts.forms import registers as forms
from sekisho_web.accounts.models import Company
from sekisho_web.accounts.operations import directories as operations
from sekisho_web.accounts.queries import directories as queries
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.accounts.views.registers import asked, worn
from sekisho_web.frame.doors import asks, reads

CONFIRMS = ("accounts.personnel", "accounts.confirm")


@reads(may="accounts.read")
def offers(request: HttpRequest) -> HttpResponse:
    """The masses of stops that may still be taken back, of the feeds that this company keeps."""
    company = Company.objects.get(code=worn(request).company_code)
    told = {
        "lines": queries.offers(company),
        "may_confirm": any(request.user.has_perm(may) for may in CONFIRMS),
    }
    return render(request, "accounts/directories.html", told)


@asks(may="accounts.read", fresh=True)
def lift_together(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm, as one of two people, that the stops were a mistake."""
    if not any(request.user.has_perm(may) for may in CONFIRMS):
        raise PermissionDenied
    company = Company.objects.get(code=worn(request).company_code)
    offer = get_object_or_404(queries.open_offers(company), pk=pk)
    line = queries.offer_line(offer)
    form = forms.Reason(
        request.POST or None, label="誤りと分かった事情", hint="人事に確かめたことを書きます"
    )

    def act() -> HttpResponse:
        lifted = operations.confirm_lift(
            offer=offer, note=form.cleaned_data["note"], by=person_of(request), now=timezone.now()
        )
        said = "確認しました。もう一人の確認を待っています。"
        messages.success(request, said if lifted is None else f"{lifted}人の停止を解除しました。")
        return redirect("accounts:directories")

    return asked(
        request,
        form,
        act,
        title="まとめて停止を解除する",
        lead=f"{offer.feed.name}が止めて、いまも止まっている{line.held}人。"
        f"確認 {line.confirmed} / 2。二人目の確認で解除します。"
        "ほかの理由の停止は残り、セッションは戻りません。",
        button="誤りと確認する",
        back=reverse("accounts:directories"),
    )
