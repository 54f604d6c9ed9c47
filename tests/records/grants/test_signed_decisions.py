"""What a signature is worth: one person, one session, five minutes, these bytes, one request."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator as Factor

from sekisho.grants import decisions
from sekisho_web.accounts.models import Authenticator
from sekisho_web.campaigns.models import Finding
from sekisho_web.grants.models import Decision, Grant
from sekisho_web.grants.operations import deciding, rechecking
from sekisho_web.grants.operations.deciding import CannotDecide
from sekisho_web.grants.queries import deciders
from tests.factories import NOON
from tests.factories.approvals import SESSION, House
from tests.factories.passkeys import Passkey
from tests.records.accounts.around import at_commit, sql

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def house():
    return House()


@pytest.fixture
def other():
    """A house whose system needs the chief and an officer."""
    return House(system="takuso")


def decide(house, request, laid, *, by=None, after=2, session=SESSION, proof=None, text=None):
    by = by or house.officer
    return deciding.decide(
        request=request,
        text=text or laid.text,
        proof=proof or house.sign(by, laid.text),
        by=by,
        session=session,
        opened_at=None,
        now=NOON + after * MINUTE,
    )


def test_an_approval_is_not_replayed_for_another_request(house):
    first = house.submit()
    second = house.submit(now=NOON + MINUTE / 2)
    laid = house.lay(first, house.officer)

    with pytest.raises(CannotDecide) as refused:
        decide(house, second, laid)
    assert refused.value.refusal is decisions.OTHER_REQUEST

    decide(house, first, laid)
    with pytest.raises(CannotDecide):
        decide(house, second, laid)
    assert Grant.objects.count() == 1


def test_a_request_that_was_edited_is_another_one_and_keeps_no_answer(other):
    first = other.submit(other.both())
    other.decide(first, other.chief)
    edited = other.submit(
        other.both(reason="契約変更の内容を確かめ直すため"), now=NOON + 2 * MINUTE
    )
    laid = other.lay(first, other.officer, party=2, after=3)

    with pytest.raises(CannotDecide) as refused:
        decide(other, edited, laid, after=4)

    assert refused.value.refusal is decisions.OTHER_REQUEST
    assert [line.decision for line in deciders.party_lines(edited, now=NOON)] == [None, None]


@pytest.mark.parametrize("case", ["session", "late", "person", "early"])
def test_the_number_is_of_one_person_one_session_and_five_minutes(house, case):
    request = house.submit()
    laid = house.lay(request, house.officer)
    said = {
        "session": {"session": "another"},
        "late": {"after": 6.01},
        "person": {"by": house.deputy},
        "early": {"after": 0},
    }[case]

    with pytest.raises(CannotDecide) as refused:
        decide(house, request, laid, **said)

    assert refused.value.refusal in (decisions.STALE, decisions.OTHER_REQUEST)
    assert not Grant.objects.exists()


def test_a_text_that_was_touched_is_no_answer(house):
    request = house.submit()
    laid = house.lay(request, house.officer, minutes=5)
    wider = laid.text.replace(b'"use_minutes":20', b'"use_minutes":19')

    with pytest.raises(CannotDecide) as refused:
        decide(house, request, laid, text=wider)
    assert refused.value.refusal is deciding.NOT_SIGNED
    with pytest.raises(CannotDecide) as refused:
        decide(house, request, laid, text=b"{}")
    assert refused.value.refusal is deciding.NOT_A_TEXT


def test_anothers_key_a_revoked_key_and_a_copied_key_sign_nothing(house):
    request = house.submit()
    laid = house.lay(request, house.officer)
    theirs = house.sign(house.deputy, laid.text)

    with pytest.raises(CannotDecide) as refused:
        decide(house, request, laid, proof=theirs)
    assert refused.value.refusal is deciding.NOT_SIGNED

    synced = Passkey(house.officer, at=NOON - HOUR, name="写しのある鍵", synced=True)
    mine = house.sign(house.officer, laid.text)
    answer = synced.answer(laid.challenge)
    forged = {**mine, "response": answer, "credential": _credential(synced)}
    with pytest.raises(CannotDecide) as refused:
        decide(house, request, laid, proof=forged)
    assert refused.value.refusal is deciding.NOT_SIGNED

    Factor.objects.filter(user=house.officer).delete()
    Authenticator.objects.filter(person=house.officer).update(revoked_at=NOON)
    with pytest.raises(CannotDecide) as refused:
        decide(house, request, laid, proof=mine)
    assert refused.value.refusal is deciding.NOT_SIGNED


def _credential(key):
    from fido2.utils import websafe_encode

    return websafe_encode(bytes(key.credential))


def test_what_cannot_be_entered_in_the_ledger_does_not_happen(house, monkeypatch):
    request = house.submit()
    laid = house.lay(request, house.officer)
    proof = house.sign(house.officer, laid.text)

    def failing(**_):
        raise OSError("ledger")

    monkeypatch.setattr("sekisho_web.ledger.operations.append", failing)
    with pytest.raises(OSError, match="ledger"):
        decide(house, request, laid, proof=proof)

    request.refresh_from_db()
    assert request.outcome == ""
    assert not Decision.objects.exists()
    assert not Grant.objects.exists()


def test_at_night_what_was_approved_around_the_signatures_is_found(house):
    whole = house.submit()
    house.decide(whole, house.officer)
    assert rechecking.check_every_approval(now=NOON) == 0
    around = house.submit(now=NOON + MINUTE)

    sql("UPDATE grants_request SET outcome = 'approved', settled_at = now() WHERE id = %s",
        around.pk)  # fmt: skip
    at_commit()
    sql("ALTER TABLE grants_decision DISABLE TRIGGER decision_never_changes")
    sql("UPDATE grants_decision SET proof = jsonb_set(proof, '{response,response,signature}', "
        "'\"AAAA\"')")  # fmt: skip

    assert rechecking.check_every_approval(now=NOON + MINUTE) == 2
    keys = set(Finding.objects.filter(kind="unsigned").values_list("key", flat=True))
    assert keys == {f"unsigned:{whole.code}", f"unsigned:{around.code}"}
