"""A system that is opened by OpenID Connect gets the id and the secret by which it comes."""

from datetime import datetime

from allauth.idp.oidc.models import Client
from django.db import transaction

from sekisho.accounts.opening import Opens, is_address
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person, System
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.grants.oidc import Adapter
from sekisho_web.ledger import operations as ledger


class CannotRegister(Refused):
    """The system is known by what it was known before, or by nothing."""


NOT_SO = Refusal(
    reason="OpenID Connectで開くシステムではありません",
    remedy="先に、対象システムの台帳で起動のしかたを「OpenID Connectで開く」にしてください",
)
NO_ADDRESS = Refusal(
    reason="戻り先が、https:// で始まるアドレスではありません",
    remedy="システムの redirect_uri を、https://host/… の形で入れてください",
)


@transaction.atomic
def register_client(
    *, system: System, redirect: str, by: Person, now: datetime
) -> tuple[Client, str]:
    """Give `system` an id and a secret, and return both; the secret is kept nowhere.

    redirect: where it takes its people back; it is compared letter by letter. What it was known
    by before opens nothing from now on. Raise CannotRegister where the register says otherwise.
    """
    system = System.objects.select_for_update().get(pk=system.pk)
    if system.opens_by != Opens.OIDC:
        raise CannotRegister(NOT_SO)
    if not is_address(redirect):
        raise CannotRegister(NO_ADDRESS)
    was = system.client_id
    adapter = Adapter()
    secret = adapter.generate_client_secret()
    client = Client(
        id=adapter.generate_client_id(),
        name=system.key,
        scopes="openid",
        type=Client.Type.CONFIDENTIAL,
        grant_types=Client.GrantType.AUTHORIZATION_CODE,
        response_types="code",
        redirect_uris=redirect,
        skip_consent=True,
        created_at=now,
    )
    client.set_secret(secret)
    client.save(force_insert=True)
    system.client_id = client.pk
    system.save(update_fields=["client_id"])
    Client.objects.filter(pk=was).delete()
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=system,
        at=now,
        details={
            "act": "OIDCの登録",
            "system": system.key,
            "client": client.pk,
            "was": was or None,
            "redirect": redirect,
        },
    )
    return client, secret
