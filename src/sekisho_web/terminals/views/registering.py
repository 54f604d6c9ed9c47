from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sekisho_web.frame import errors
from sekisho_web.frame.doors import Needs, asks
from sekisho_web.frame.limits import is_over
from sekisho_web.terminals import cookies, operations
from sekisho_web.terminals.forms import registering as forms

TRIES, SECONDS = 10, 600


@asks(may="", needs=Needs.NOTHING)
def register(request: HttpRequest) -> HttpResponse:
    """Make this browser a terminal of the register, with the number of the responsible manager."""
    form = forms.Number(request.POST if request.method == "POST" else None)
    if form.is_bound and is_over(request, name="terminal", tries=TRIES, seconds=SECONDS):
        return errors.too_many(seconds=SECONDS)
    if form.is_valid():
        try:
            device = operations.register(number=form.cleaned_data["number"], now=timezone.now())
        except operations.CannotRegister as error:
            form.add_error("number", str(error.refusal))
        else:
            response = redirect("account_login")
            cookies.mark(response, device)
            return response
    status = 422 if form.is_bound else 200
    return render(request, "terminals/register.html", {"form": form}, status=status)
