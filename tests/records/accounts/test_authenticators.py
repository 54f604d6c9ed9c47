"""What the database refuses about authenticators, whoever goes around the operations."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator as Factor
from django.utils import timezone

from sekisho_web.accounts.models import Authenticator, Hold, Ticket
from sekisho_web.accounts.operations.authenticators import CannotRevoke, revoke
from tests.factories import somebody
from tests.factories.passkeys import Passkey
from tests.records.accounts.around import FORBIDDEN, refused, sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def key():
    return Passkey(somebody())


def test_a_revoked_key_cannot_stand_at_the_entrance(key):
    with refused("authenticator_that_is_revoked_opens_nothing"):
        Authenticator.objects.filter(pk=key.bound.pk).update(revoked_at=timezone.now())

    data = Factor.objects.get().data
    revoke(authenticator=key.bound.pk, by=key.bound.person, because="壊れた", now=timezone.now())

    with refused("factor_is_a_bound_authenticator"):
        Factor.objects.create(user=key.bound.person, type=Factor.Type.WEBAUTHN, data=data)


def test_the_library_cannot_give_a_bound_key_to_somebody_else(key):
    data = Factor.objects.get().data

    for wrong in (
        {"user": somebody(), "data": data},
        {"user": key.bound.person, "data": {"credential": {"id": "!!"}}},
        {"user": key.bound.person, "data": {}},
    ):
        with refused("factor_is_a_bound_authenticator"):
            Factor.objects.create(type=Factor.Type.WEBAUTHN, **wrong)


@pytest.mark.parametrize(
    "change",
    ["ceremony = '{}'", "attestation = 'certified'", "aaguid = NULL", "sign_count = -1"],
)
def test_what_a_key_said_of_its_maker_stays(key, change):
    with refused(state=FORBIDDEN):
        sql(f"UPDATE accounts_authenticator SET {change}")


@pytest.mark.parametrize("change", ["issued_by_id = NULL", "checked = 'by telephone'"])
def test_who_issued_a_ticket_and_how_stays(change):
    Passkey(somebody())
    Ticket.objects.create(
        person=somebody(), issued_by=somebody(), checked="社員証と顔", code_hash="x",
        issued_at=timezone.now(), expires_at=timezone.now() + timedelta(hours=72),
    )  # fmt: skip

    with refused(state=FORBIDDEN):
        sql(f"UPDATE accounts_ticket SET {change} WHERE code_hash = 'x'")


def test_somebody_else_revokes_nothing(key):
    with pytest.raises(CannotRevoke, match="利用責任者か、本人の上長だけ"):
        revoke(authenticator=key.bound.pk, by=somebody(), because="紛失", now=timezone.now())

    assert Factor.objects.count() == 1


def test_what_is_revoked_is_revoked_once(key):
    person, now = key.bound.person, timezone.now()
    revoke(authenticator=key.bound.pk, by=person, because="紛失", lost=True, now=now)

    with pytest.raises(CannotRevoke, match="もう失効"):
        revoke(authenticator=key.bound.pk, by=person, because="壊れた", now=now)

    assert Hold.objects.count() == 1


def test_a_revocation_that_cannot_be_entered_in_the_ledger_does_not_happen(key, monkeypatch):
    def failing(**_):
        raise OSError("no room in the ledger")

    monkeypatch.setattr("sekisho_web.ledger.operations.append", failing)

    with pytest.raises(OSError, match="ledger"):
        revoke(
            authenticator=key.bound.pk, by=key.bound.person, because="壊れた", now=timezone.now()
        )

    key.bound.refresh_from_db()
    assert key.bound.revoked_at is None
    assert Factor.objects.count() == 1
