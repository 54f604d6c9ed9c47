"""One act on a page of its own: a form, and the refusal of the rule above it."""

from collections.abc import Callable, Sequence

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sekisho_web.accounts.operations.refused import Refused

UNPROCESSABLE = 422


def asked(
    request: HttpRequest,
    form: BaseForm,
    act: Callable[[], HttpResponse],
    *,
    title: str,
    lead: str,
    button: str,
    back: str,
    note: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """Return the answer of `act` to a valid form, or the page of the form as it was filled.

    What a rule refuses stands above the form, with its remedy; then nothing was done.
    note: what the act is about, as terms and words.
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
        "note": note,
    }
    return render(request, "grants/requests/form.html", told, status=status)
