"""What the doors of the registers share: the hat, one page of a list, one form with its refusal."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode

from sekisho_web.accounts.models import Person
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import Hat, hat_of

UNPROCESSABLE = 422


def worn(request: HttpRequest) -> Hat:
    """Return the hat that is worn. A door that needs a use has one."""
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    return hat


def page_of(request: HttpRequest, found: QuerySet[Any], *, size: int) -> Page[Any]:
    """Return the page of a list that the address asks for; past the end, the last one."""
    return Paginator(found, size).get_page(request.GET.get("page"))


def query_of(request: HttpRequest, *names: str) -> str:
    """Return what stays in the address while one turns the pages, ending in & where not empty."""
    kept = {name: value for name in names if (value := request.GET.get(name))}
    return f"{urlencode(kept)}&" if kept else ""


def asked(
    request: HttpRequest,
    form: BaseForm,
    act: Callable[[], HttpResponse],
    *,
    title: str,
    lead: str,
    button: str,
    back: str,
    **more: object,
) -> HttpResponse:
    """Return the answer of `act` to a valid form, or the page of the form.

    What a rule refuses stands above the form, with its remedy; then nothing was done.
    """
    refusal, status = None, 200
    if form.is_bound:
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                return act()
            except Refused as error:
                refusal = error.refusal
    told = {
        "form": form,
        "refusal": refusal,
        "title": title,
        "lead": lead,
        "button": button,
        "back": back,
        **more,
    }
    return render(request, "accounts/registers/form.html", told, status=status)


def person_with(form: BaseForm, field: str, number: str) -> Person | None:
    """Return the person of a number that was typed; where there is none, the form says so."""
    person = Person.objects.filter(code=number.strip()).first()
    if person is None:
        form.add_error(field, "この番号の人は見つかりません。番号を確かめてください。")
    return person
