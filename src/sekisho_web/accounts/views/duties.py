"""職務の対応: the second line says what the titles of its company's units mean."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sekisho_web.accounts.forms.personnel import Duties
from sekisho_web.accounts.models import Unit
from sekisho_web.accounts.operations.duties import say_duties
from sekisho_web.accounts.queries import duties as queries
from sekisho_web.accounts.queries.feeds import company_of
from sekisho_web.accounts.signed_in import hat_of, person_of
from sekisho_web.frame.doors import asks

UNPROCESSABLE = 422


@asks(may="accounts.confirm")
def duties(request: HttpRequest) -> HttpResponse:
    """What titles mean, what nobody has said yet, and the form to say it."""
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    company, now = company_of(hat), timezone.now()
    form = Duties(
        request.POST or None,
        units=Unit.objects.filter(company=company).order_by("code"),
        initial={"title": request.GET.get("title", ""), "unit": request.GET.get("unit", "")},
    )
    if form.is_valid():
        said = say_duties(**form.cleaned_data, by=person_of(request), now=now)
        messages.success(request, f"{said.unit.name} {said.title or 'すべての役職'}を決めました。")
        return redirect("accounts:duties")
    context = {"form": form, "lines": queries.lines(company, now=now)}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "accounts/personnel/duties.html", context, status=status)
