"""The doors of passwords: chosen by a ticket, changed by their holder, asked for by the company."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from sekisho.accounts.passwords import PasswordPolicy as Rule
from sekisho.accounts.passwords import together
from sekisho_web.accounts.forms import passwords as forms
from sekisho_web.accounts.models import Company, PasswordPolicy, Person
from sekisho_web.accounts.operations import passwords as operations
from sekisho_web.accounts.operations.tries import count_failure
from sekisho_web.accounts.queries.passwords import policies_of
from sekisho_web.accounts.queries.sessions import in_scope
from sekisho_web.accounts.sessions import PASSWORD_DUE
from sekisho_web.accounts.signed_in import hat_of, person_of
from sekisho_web.frame import errors, limits, menu
from sekisho_web.frame.addresses import client_address
from sekisho_web.frame.doors import Needs, asks
from sekisho_web.ledger import operations as ledger

UNPROCESSABLE = 422
TRIES, SECONDS = 10, 900  # at the first password, from one address


@asks(may="", needs=Needs.FACTORS, fresh=True)
def change(request: HttpRequest) -> HttpResponse:
    """Change one's own password: with the one before, and a fresh proof."""
    person, now = person_of(request), timezone.now()
    form = forms.Change(request.POST or None)
    if form.is_valid():
        try:
            operations.change_own(
                request, old=form.cleaned_data["old"], new=form.cleaned_data["new"], now=now
            )
        except operations.CannotChange as error:
            if error.field == "old" and count_failure(request, person=person, now=now):
                return errors.too_many(seconds=SECONDS)
            form.add_error(error.field, str(error.refusal))
        else:
            messages.success(request, "パスワードを変えました。ほかの場所の利用は終わりました。")
            return redirect(_next(request) or menu.home(request))
    page = {
        "form": form,
        "due": request.session.get(PASSWORD_DUE, ""),
        "policy": together(policies_of(person, now=now)),
        "next": _next(request),
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "accounts/change_password.html", page, status=status)


@asks(may="", needs=Needs.TERMINAL)
def first(request: HttpRequest) -> HttpResponse:
    """Choose the first password with the ticket that the manager handed over in person."""
    now = timezone.now()
    form = forms.First(request.POST or None)
    if form.is_bound and limits.is_over(
        request, name="first-password", tries=TRIES, seconds=SECONDS
    ):
        return errors.too_many(seconds=SECONDS)
    if form.is_valid():
        told = form.cleaned_data
        try:
            operations.set_first(login=told["login"], code=told["code"], new=told["new"], now=now)
        except operations.CannotChange as error:
            form.add_error(error.field, str(error.refusal))
            if error.field == "code":
                device = getattr(request, "device", None)
                ledger.record_failed_sign_in(
                    login=told["login"],
                    at=now,
                    reason="登録票の番号の違い",
                    address=client_address(request),
                    device=device.number if device else None,
                )
        else:
            messages.success(request, "パスワードを決めました。本人認証に進んでください。")
            return redirect("account_login")
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "accounts/first_password.html", {"form": form}, status=status)


@asks(may="accounts.officer", fresh=True)
def forget(request: HttpRequest, code: str) -> HttpResponse:
    """Make the password of somebody of one's own company unusable, who has forgotten it."""
    person = get_object_or_404(Person, code=code)
    by, now = person_of(request), timezone.now()
    if not in_scope(hat_of(request), now=now).filter(pk=person.pk).exists():
        raise PermissionDenied
    if request.method == "POST":
        try:
            operations.make_unusable(person=person, by=by, now=now)
        except operations.CannotChange as error:
            return errors.refused(error.refusal)
        messages.success(
            request, "パスワードを使えなくしました。登録票を渡すと、ご本人が決め直せます。"
        )
        return redirect("accounts:sessions")
    return render(request, "accounts/forget_password.html", {"person": person})


@asks(may="accounts.systems", fresh=True)
def policy(request: HttpRequest) -> HttpResponse:
    """What the company of the hat asks of passwords."""
    hat, now = hat_of(request), timezone.now()
    company = get_object_or_404(Company, code=hat.company_code if hat else "")
    row = PasswordPolicy.objects.filter(company=company).first()
    asked = row.as_rule() if row else Rule()
    form = forms.Policy(
        request.POST or None,
        initial={
            "shortest": asked.shortest,
            "remembered": asked.remembered,
            "rotation": asked.rotation.value,
            "months": asked.months,
        },
    )
    if form.is_valid():
        operations.set_policy(company=company, asks=form.asked(), by=person_of(request), now=now)
        messages.success(request, "パスワードの定めを保存しました。次のサインインから調べます。")
        return redirect("accounts:password_policy")
    status = UNPROCESSABLE if form.is_bound else 200
    page = {"form": form, "company": company}
    return render(request, "accounts/password_policy.html", page, status=status)


def _next(request: HttpRequest) -> str:
    """Return where the person was going, if that is a page of ours."""
    url = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return url if ours and url.startswith("/") else ""
