"""Somebody at the launcher, and systems that it opens in each of its ways."""

from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts.models import Session
from sekisho_web.grants.models import Grant
from tests.factories import sign_in
from tests.factories.people import CompanyFactory, SystemFactory

AWAY = "https://kessai.example/in"


def system(key="saiene", *, opens_by="link", **told):
    """Return a system of the network company that is opened so."""
    address = AWAY if opens_by in ("link", "oidc") else ""
    controls = ["gateway"] if opens_by in ("gate", "") else ["log_only"]
    return SystemFactory(
        **{
            "key": key, "name": f"{key}システム", "owner": CompanyFactory(), "opens_by": opens_by,
            "address": address, "controlled_by": controls,
        }
        | told
    )  # fmt: skip


def at_the_launcher(client, key="saiene", **told):
    """Sign somebody in who may use that system now, and return them."""
    person = sign_in(client, system=key, **told)
    use = client.session
    use["use"] = {**use["use"], "since": timezone.now().isoformat()}
    use.save()
    return person


def launch(client, key="saiene"):
    return client.post(reverse("grants:launch", args=[key]))


def grant_of(person, key="saiene"):
    return Grant.objects.get(person=person, system=key)


def session_row(person):
    return Session.objects.get(person=person)
