"""The doors of sign-in. The ceremonies are the library's; the steps and the words are ours."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, cast

from allauth.account.internal.decorators import login_stage_required
from allauth.account.views import LoginView, LogoutView
from allauth.core import ratelimit
from allauth.mfa.stages import AuthenticateStage
from axes.decorators import axes_form_invalid
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import FormView

from sekisho_links.accounts import attestation
from sekisho_web.accounts import ceremonies
from sekisho_web.accounts.forms import sign_in as forms
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.operations import authenticators as operations
from sekisho_web.accounts.queries import authenticators as queries
from sekisho_web.accounts.sign_on import registered
from sekisho_web.accounts.signed_in import (
    NAMED,
    came_by_the_demo,
    person_of,
    record_demo_sign_in,
    record_proof,
)
from sekisho_web.frame import errors
from sekisho_web.frame.addresses import client_address
from sekisho_web.frame.doors import Needs, asks, reads
from sekisho_web.ledger import operations as ledger

UNPROCESSABLE = 422
View = Callable[..., HttpResponse]
LOCKED_SECONDS = 900  # as ACCOUNT_RATE_LIMITS counts failures of the second factor
CARD = "card"  # posted instead of a credential: the certificate of the card is the answer
IN_THE_STAGE = login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")


class SignIn(LoginView):  # type: ignore[misc]  # the library has no types
    template_name = "accounts/sign_in.html"
    form_class = forms.SignIn

    def get_form_class(self) -> type[forms.SignIn]:
        return forms.SignIn

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"sign_ons": [known.provider for known in registered()]}

    def form_invalid(self, form: forms.SignIn) -> HttpResponse:
        ledger.record_failed_sign_in(
            login=str(form.data.get("login", ""))[:64],
            at=timezone.now(),
            reason="利用者IDかパスワードの違い",
            address=client_address(self.request),
            device=self.request.device.number if self.request.device else None,
        )
        refuse: Callable[..., HttpResponse] = axes_form_invalid(SignIn.refuse)
        return refuse(self, form)

    def refuse(self, form: forms.SignIn) -> HttpResponse:
        context = self.get_context_data(form=form)
        response: HttpResponse = self.render_to_response(context, status=UNPROCESSABLE)
        return response


class _Proof(FormView, ABC):  # type: ignore[type-arg]  # of either form
    """Asks the person for a proof by passkey or card. Who they are is said by the subclass."""

    again: bool

    @abstractmethod
    def person(self) -> Person:
        """Return who is asked."""

    def get_form_class(self) -> type[forms.Proof | forms.CardProof]:
        by_card = CARD in self.request.POST and ceremonies.takes_certificates()
        return forms.CardProof if by_card else forms.Proof

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request, "person": self.person()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        known = queries.passkeys(self.person(), now=timezone.now())
        ids = [bytes(one.credential_id) for one in known]
        options, state = attestation.ask_for_proof(site=ceremonies.site_of(self.request), known=ids)
        ceremonies.remember(self.request, ceremonies.PROOF, state)
        return super().get_context_data(**kwargs) | {
            "js_data": {"request_options": options},
            "next": following(self.request),
            "by_key": bool(ids),
            "by_card": ceremonies.takes_certificates(),
        }

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401
        record_proof(self.request, person=self.person(), used=form.used, again=self.again)
        return self.done()

    def form_invalid(self, form: Any) -> HttpResponse:  # noqa: ANN401
        _record_failure(self.request, login=self.person().get_username(), again=self.again)
        if forms.is_tried_too_often(form):
            return errors.too_many(seconds=LOCKED_SECONDS)
        context = self.get_context_data(form=form)
        return self.render_to_response(context, status=UNPROCESSABLE)

    @abstractmethod
    def done(self) -> HttpResponse:
        """Return the answer that leads on, once the proof is recorded."""


@method_decorator(IN_THE_STAGE, name="dispatch")
class SecondFactor(_Proof):
    template_name = "accounts/second_factor.html"
    again = False

    def person(self) -> Person:
        return _in_the_stage(self.request)

    def done(self) -> HttpResponse:
        return cast("HttpResponse", self.request._login_stage.exit())  # type: ignore[attr-defined]


class Again(_Proof):
    """The second factor again, for what must be fresh (都度認証)."""

    template_name = "accounts/again.html"
    again = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        limited = ratelimit.consume_or_429(request, action="reauthenticate", user=request.user)
        return limited or super().dispatch(request, *args, **kwargs)

    def person(self) -> Person:
        return person_of(self.request)

    def get_form_class(self) -> type[forms.Proof | forms.CardProof]:
        by_card = super().get_form_class() is forms.CardProof
        return forms.PasswordAndCard if by_card else forms.Proof

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        context = super().get_context_data(**kwargs)
        typed = context["form"] if isinstance(context["form"], forms.PasswordAndCard) else None
        return context | {
            "card_form": typed or forms.PasswordAndCard(request=self.request, person=self.person())
        }

    def done(self) -> HttpResponse:
        rename(self.request)
        return redirect(following(self.request) or settings.LOGIN_REDIRECT_URL)


class SignOut(LogoutView):  # type: ignore[misc]  # the library has no types
    template_name = "accounts/sign_out.html"

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401
        response: HttpResponse = super().post(*args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def following(request: HttpRequest) -> str:
    """Return the page of ours to which the person was on the way, or ""."""
    url = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(url, allowed_hosts=None) and url.startswith("/")
    return url if ours else ""


def rename(request: HttpRequest) -> None:
    """Give the session another key; what it already leads to stays where it was."""
    request.session.setdefault(NAMED, request.session.session_key)
    request.session.cycle_key()


def _in_the_stage(request: HttpRequest) -> Person:
    """Return who has given the right password and not yet the second factor."""
    return cast("Person", request._login_stage.login.user)  # type: ignore[attr-defined]


def _record_failure(request: HttpRequest, *, login: str, again: bool) -> None:
    device = getattr(request, "device", None)
    ledger.record_failed_sign_in(
        login=login,
        at=timezone.now(),
        reason="都度認証で本人を確かめられない" if again else "第2の要素を確かめられない",
        address=client_address(request),
        device=device.number if device else None,
    )


@IN_THE_STAGE  # type: ignore[untyped-decorator]  # the library has no types
def _lost(request: HttpRequest) -> HttpResponse:
    """Revoke one's own authenticators that are lost: the password alone is enough to stop."""
    person, now = _in_the_stage(request), timezone.now()
    if request.method == "POST":
        for pk in queries.in_use(person, now=now).values_list("pk", flat=True):
            operations.revoke(
                authenticator=pk, by=person, because=operations.LOST, lost=True, now=now
            )
        request._login_stage.abort()  # type: ignore[attr-defined]  # there is no factor to ask for
        return render(request, "accounts/lost.html", {"done": True})
    lines = queries.in_use(person, now=now)
    return render(request, "accounts/lost.html", {"lines": lines})


sign_in = asks(may="", needs=Needs.TERMINAL)(SignIn.as_view())
second_factor = asks(may="", needs=Needs.TERMINAL)(cast("View", SecondFactor.as_view()))
lost = asks(may="", needs=Needs.TERMINAL)(_lost)
sign_out = asks(may="", needs=Needs.TERMINAL)(SignOut.as_view())
again = asks(may="", needs=Needs.FACTORS)(cast("View", Again.as_view()))


@reads(may="", needs=Needs.TERMINAL)
def stopped(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/stopped.html", status=403)


@asks(may="", needs=Needs.FACTORS)
def again_in_demo(request: HttpRequest) -> HttpResponse:
    """Prove anew as the demo let one in: by one press, marked as the demo's, for five minutes."""
    if not came_by_the_demo(request):
        raise Http404
    if request.method == "POST":
        record_demo_sign_in(request, person_of(request))
        return redirect(following(request) or settings.LOGIN_REDIRECT_URL)
    has_key = queries.passkeys(person_of(request), now=timezone.now()).exists()
    return render(
        request, "accounts/again_demo.html", {"next": following(request), "has_key": has_key}
    )
