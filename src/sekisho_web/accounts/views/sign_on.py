"""The doors of the company's sign-on (会社のサインオン): away to it, and back."""

from typing import Any

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sekisho.accounts.sign_on import failed_refusal
from sekisho_web.accounts.sign_on import SignOnAdapter, Verified, one
from sekisho_web.accounts.signed_in import came_by_sign_on
from sekisho_web.accounts.views.sign_in import following
from sekisho_web.frame import errors
from sekisho_web.frame.addresses import client_address
from sekisho_web.frame.doors import Needs, asks, reads
from sekisho_web.ledger import operations as ledger

UNREACHABLE = 503


@asks(may="", needs=Needs.TERMINAL)
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead away to the company's sign-on.

    By a page with a link, not by a redirect: a form may lead only to ourselves, and the browser
    follows that rule through every redirect there.
    """
    if one(provider_id) is None:
        raise Http404
    if request.method != "POST":
        return redirect("account_login")
    provider = SignOnAdapter(request).get_provider(request, provider_id)
    try:
        away = provider.send_away(
            request, following=following(request), again=request.POST.get("again") == "1"
        )
    except (OAuth2Error, OSError, KeyError):  # it does not answer, or not as it must
        _record(request, provider_id)
        return errors.refused(failed_refusal(), status=UNREACHABLE)
    page = {"url": away["Location"], "name": provider.registered.provider.name}
    return render(request, "accounts/sign_on.html", page)


class Back(OAuth2CallbackView):  # type: ignore[misc]  # the library has no types
    def _get_state(self, request: HttpRequest, provider: Any) -> Any:  # noqa: ANN401
        """Find what this browser was sent away with, once: a state that came back is used up."""
        state, answer = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, answer


@asks(may="", needs=Needs.TERMINAL)
def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Come back from the company's sign-on, believed or not."""
    if one(provider_id) is None or request.method != "GET":
        raise Http404
    try:
        answer: HttpResponse = Back.adapter_view(Verified(request, provider_id))(request)
    except (KeyError, ValueError):  # what came back has another form than it must
        _record(request, provider_id)
        return errors.refused(failed_refusal(), status=403)
    return answer


@reads(may="", needs=Needs.FACTORS)
def again(request: HttpRequest) -> HttpResponse:
    """Lead to the company's sign-on once more, for what must be fresh (都度認証)."""
    known = one(came_by_sign_on(request))
    if known is None:
        raise Http404
    page = {"provider": known.provider, "next": following(request)}
    return render(request, "accounts/again_by_sign_on.html", page)


def _record(request: HttpRequest, provider_id: str) -> None:
    device = getattr(request, "device", None)
    ledger.record_failed_sign_in(
        login=provider_id,
        at=timezone.now(),
        reason=f"会社のサインオン: {failed_refusal().reason}",
        address=client_address(request),
        device=device.number if device else None,
    )
