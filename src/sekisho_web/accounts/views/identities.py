"""The door to how the company's sign-on calls a person."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from sekisho_web.accounts.forms.identities import Identity
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.operations import identities as operations
from sekisho_web.accounts.queries.sessions import in_scope
from sekisho_web.accounts.sign_on import one, registered
from sekisho_web.accounts.signed_in import hat_of, person_of
from sekisho_web.frame import errors
from sekisho_web.frame.doors import asks

UNPROCESSABLE = 422


@asks(may="accounts.officer", fresh=True)
def identities(request: HttpRequest, code: str) -> HttpResponse:
    """Register somebody of one's own company with its sign-on, or end that they are."""
    person, by, now = get_object_or_404(Person, code=code), person_of(request), timezone.now()
    if not in_scope(hat_of(request), now=now).filter(pk=person.pk).exists():
        raise PermissionDenied
    if removed := request.POST.get("remove", ""):
        identity = get_object_or_404(
            person.identities, pk=int(removed) if removed.isdecimal() else 0
        )
        try:
            operations.remove(identity=identity, by=by, now=now)
        except operations.CannotRegister as error:
            return errors.refused(error.refusal)
        messages.success(request, "会社のサインオンの登録を取り消しました。")
        return redirect("accounts:identities", code=code)
    form = Identity(request.POST or None, providers=[known.provider for known in registered()])
    if form.is_valid():
        known = one(form.cleaned_data["provider"])
        assert known is not None  # noqa: S101  # it was one of the choices
        try:
            operations.register(
                person=person,
                provider=known.provider,
                subject=form.cleaned_data["subject"],
                by=by,
                now=now,
            )
        except operations.CannotRegister as error:
            form.add_error("subject", str(error.refusal))
        else:
            messages.success(request, "会社のサインオンを登録しました。")
            return redirect("accounts:identities", code=code)
    page = {
        "person": person,
        "identities": person.identities.select_related("registered_by").order_by("pk"),
        "form": form,
        "is_set_up": bool(registered()),
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "accounts/identities.html", page, status=status)
