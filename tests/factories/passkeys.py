"""A passkey in software that is bound to a person: with a ticket, as the product binds one."""

from datetime import timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator as Factor
from django.utils import timezone
from fido2.utils import websafe_encode

from sekisho_links.accounts.attestation import Key
from sekisho_web.accounts.models import Authenticator, Ticket
from tests.links.accounts.soft_keys import MODEL, SoftKey


class Passkey(SoftKey):
    """A key of `person`, for the site `rp`. verified: whether it knows its owner."""

    def __init__(self, person, *, at=None, name="鍵", **traits):
        super().__init__(**traits)
        at = at or timezone.now() - timedelta(days=1)
        key = Key.of(bytes(self.credential))
        self.bound = Authenticator.objects.create(
            person=person,
            ticket=used_ticket(person, at=at),
            kind=Authenticator.Kind.PASSKEY,
            name=name,
            credential_id=key.credential_id,
            public_key=key.public_key,
            aaguid=UUID(MODEL),
            attestation="none",
            bound_at=at,
        )
        written = websafe_encode(self.id)
        Factor.objects.create(
            user=person,
            type=Factor.Type.WEBAUTHN,
            data={"name": name, "credential": {"id": written, "rawId": written}},
        )

    def sign_in(self, client, url):
        """Answer the page at `url` that asks for this key, and return what comes back."""
        import json

        asked = client.get(url).context["js_data"]["request_options"]
        return client.post(url, {"credential": json.dumps(self.get(asked))})


def used_ticket(person, *, at, **more):
    """Return a ticket that was issued for `person`, and used at `at`."""
    return Ticket.objects.create(
        person=person,
        code_hash=f"{Ticket.objects.count():064d}",
        checked="社員証と顔",
        issued_at=at - timedelta(hours=1),
        expires_at=at + timedelta(hours=71),
        used_at=at,
        **more,
    )
