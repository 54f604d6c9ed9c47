"""The id and the secret of a system that is opened by OpenID Connect."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts.queries import systems as queries
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.accounts.views.registers import worn
from sekisho_web.frame.doors import asks
from sekisho_web.grants.forms import uses as forms
from sekisho_web.grants.operations import clients as operations
from sekisho_web.grants.views.acts import asked


@asks(may="accounts.systems", fresh=True)
def client(request: HttpRequest, key: str) -> HttpResponse:
    """Give a system its id and secret. The secret is shown on the answer, once."""
    system = queries.one(worn(request), key)
    form = forms.Client(request.POST or None)

    def act() -> HttpResponse:
        made, secret = operations.register_client(
            system=system,
            redirect=form.cleaned_data["redirect"].strip(),
            by=person_of(request),
            now=timezone.now(),
        )
        told = {
            "system": system,
            "client": made.pk,
            "secret": secret,
            "issuer": request.build_absolute_uri("/").rstrip("/"),
        }
        response = render(request, "grants/launcher/client.html", told)
        response.headers["Cache-Control"] = "no-store"
        return response

    return asked(
        request,
        form,
        act,
        title=f"{system.name}のOIDCの登録",
        lead="このシステムが、起動ページから来た人を受け取るための符号と秘密を出します。",
        button="符号と秘密を出す",
        back=reverse("accounts:system", args=[key]),
        note=(
            ("入口", system.address or "—"),
            ("いまの符号", system.client_id or "まだありません"),
        ),
    )
