"""The doors of sign-in. The ceremonies are the library's; the steps and the words are ours."""

from collections.abc import Callable
from typing import Any

from allauth.account.views import LoginView, LogoutView
from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView
from axes.decorators import axes_form_invalid
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from sekisho_web.accounts import operations
from sekisho_web.accounts.forms import sign_in as forms
from sekisho_web.accounts.signed_in import came_by_the_demo, person_of, record_demo_sign_in
from sekisho_web.frame import errors
from sekisho_web.frame.addresses import client_address
from sekisho_web.frame.doors import Needs, asks, reads
from sekisho_web.ledger import operations as ledger

TICKET = "ticket"  # in the session: the ticket that lets one authenticator be bound
UNPROCESSABLE = 422
LOCKED_SECONDS = 900  # as ACCOUNT_RATE_LIMITS counts failures of the second factor


class SignIn(LoginView):  # type: ignore[misc]  # the library has no types
    template_name = "accounts/sign_in.html"
    form_class = forms.SignIn

    def get_form_class(self) -> type[forms.SignIn]:
        return forms.SignIn

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


class SecondFactor(AuthenticateView):  # type: ignore[misc]  # the library has no types
    template_name = "accounts/second_factor.html"

    def form_invalid(self, form: Any) -> HttpResponse:  # noqa: ANN401
        _record_failure(self.request, login=self.stage.login.user.get_username(), again=False)
        if forms.is_tried_too_often(form):
            return errors.too_many(seconds=LOCKED_SECONDS)
        response: HttpResponse = super().form_invalid(form)
        response.status_code = UNPROCESSABLE
        return response


class _Again:
    request: HttpRequest

    def form_invalid(self, form: Any) -> HttpResponse:  # noqa: ANN401
        _record_failure(self.request, login=person_of(self.request).get_username(), again=True)
        if forms.is_tried_too_often(form):
            return errors.too_many(seconds=LOCKED_SECONDS)
        context = self.get_context_data(form=form)  # type: ignore[attr-defined]
        response: HttpResponse = self.render_to_response(context, status=UNPROCESSABLE)  # type: ignore[attr-defined]
        return response


class AgainByCode(_Again, ReauthenticateView):  # type: ignore[misc]  # the library has no types
    template_name = "accounts/again.html"


class AgainByKey(_Again, ReauthenticateWebAuthnView):  # type: ignore[misc]  # the library has no types
    template_name = "accounts/again_key.html"


class _Bind:
    """Binds an authenticator with the ticket of the session, and uses the ticket up."""

    success_url = reverse_lazy("accounts:factors")
    request: HttpRequest

    def get_success_url(self) -> str:
        return str(self.success_url)

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401
        ticket = self.request.session.pop(TICKET)
        operations.use_ticket(ticket=ticket, person=person_of(self.request), now=timezone.now())
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        messages.success(
            self.request, "認証器を登録しました。次からは、この認証器で本人を確かめます。"
        )
        return response

    def form_invalid(self, form: Any) -> HttpResponse:  # noqa: ANN401
        context = self.get_context_data(form=form)  # type: ignore[attr-defined]
        context["form"] = form
        response: HttpResponse = self.render_to_response(context, status=UNPROCESSABLE)  # type: ignore[attr-defined]
        return response


class BindTotp(_Bind, ActivateTOTPView):  # type: ignore[misc]  # the library has no types
    template_name = "accounts/bind_totp.html"


class BindKey(_Bind, AddWebAuthnView):  # type: ignore[misc]  # the library has no types
    template_name = "accounts/bind_key.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        context: dict[str, Any] = super().get_context_data(**kwargs) | kwargs
        return context


class SignOut(LogoutView):  # type: ignore[misc]  # the library has no types
    template_name = "accounts/sign_out.html"

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401
        response: HttpResponse = super().post(*args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _record_failure(request: HttpRequest, *, login: str, again: bool) -> None:
    device = getattr(request, "device", None)
    ledger.record_failed_sign_in(
        login=login,
        at=timezone.now(),
        reason="都度認証で本人を確かめられない" if again else "第2の要素を確かめられない",
        address=client_address(request),
        device=device.number if device else None,
    )


def _with_ticket(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lead who has no ticket to the page that asks for it."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401
        if TICKET not in request.session:
            return redirect("accounts:ticket")
        return view(request, *args, **kwargs)

    inner.__module__, inner.__qualname__ = __name__, getattr(view, "__qualname__", "bind")
    return inner


sign_in = asks(may="", needs=Needs.TERMINAL)(SignIn.as_view())
second_factor = asks(may="", needs=Needs.TERMINAL)(SecondFactor.as_view())
sign_out = asks(may="", needs=Needs.TERMINAL)(SignOut.as_view())
again_by_code = asks(may="", needs=Needs.FACTORS)(AgainByCode.as_view())
again_by_key = asks(may="", needs=Needs.FACTORS)(AgainByKey.as_view())
bind_totp = asks(may="", needs=Needs.PASSWORD)(_with_ticket(BindTotp.as_view()))
bind_key = asks(may="", needs=Needs.PASSWORD)(_with_ticket(BindKey.as_view()))


@reads(may="", needs=Needs.TERMINAL)
def stopped(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/stopped.html", status=403)


@reads(may="", needs=Needs.PASSWORD)
def factors(request: HttpRequest) -> HttpResponse:
    """The authenticators of the person, and the way to bind one."""
    bound = Authenticator.objects.filter(user_id=request.user.pk).order_by("created_at", "pk")
    lines = [
        {
            "name": authenticator.wrap().name if authenticator.type == "webauthn" else "認証アプリ",
            "kind": "パスキー" if authenticator.type == "webauthn" else "6桁の数字",
            "created_at": authenticator.created_at,
            "last_used_at": authenticator.last_used_at,
        }
        for authenticator in bound
    ]
    return render(request, "accounts/factors.html", {"lines": lines})


@asks(may="", needs=Needs.FACTORS)
def again_in_demo(request: HttpRequest) -> HttpResponse:
    """Prove anew as the demo let one in: by one press, marked as the demo's, for five minutes."""
    if not came_by_the_demo(request):
        raise Http404
    url = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(url, allowed_hosts=None) and url.startswith("/")
    following = url if ours else ""
    if request.method == "POST":
        record_demo_sign_in(request, person_of(request))
        return redirect(following or settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/again_demo.html", {"next": following})


@asks(may="", needs=Needs.PASSWORD)
def ticket(request: HttpRequest) -> HttpResponse:
    """Ask for the ticket (登録票), without which nobody binds an authenticator."""
    demo = came_by_the_demo(request)
    if demo and request.POST.get("kind") == "demo":  # the demo hands its tickets out by itself
        person, now = person_of(request), timezone.now()
        code = operations.issue_ticket(person=person, by=None, now=now)
        request.session[TICKET] = operations.open_ticket(person=person, code=code, now=now).pk
        return redirect("mfa_add_webauthn")
    form = forms.TicketNumber(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            found = operations.open_ticket(
                person=person_of(request), code=form.cleaned_data["code"], now=timezone.now()
            )
        except operations.CannotBind as error:
            form.add_error("code", str(error.refusal))
        else:
            request.session[TICKET] = found.pk
            kind = request.POST.get("kind")
            return redirect("mfa_activate_totp" if kind == "totp" else "mfa_add_webauthn")
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "accounts/ticket.html", {"form": form, "demo": demo}, status=status)
