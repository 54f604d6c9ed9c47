import hmac
import json
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from sekisho.gate.live import refusal_to_put_live, relations_of_parties
from sekisho.gate.relations import Duty, Reach, Relation
from sekisho.gate.tickets import Ticket, mac_of, pads, party_of
from sekisho_links.policy.folders import shipped_policy

TICKET = Ticket(
    system="takuso",
    profile=UUID(int=1),
    party="R000",
    company="R000",
    person="p",
    use=Reach(
        areas=frozenset({"0902", "0901"}),
        duty=Duty.OWN,
        written_areas=None,
        listed=False,
        standing=True,
    ),
    keys=("2", "1", "1"),
    version="v",
    until=datetime(2026, 4, 1, tzinfo=UTC),
)


@given(st.binary(min_size=1, max_size=200), st.binary(max_size=200))
def test_the_pads_are_those_of_rfc_2104(key, body):
    inner, outer = pads(key)

    assert sha256(outer + sha256(inner + body).digest()).digest() == hmac.digest(
        key, body, "sha256"
    )


@given(st.text(), st.text())
def test_another_body_has_another_mac(one, other):
    key = b"k" * 32
    surrogates = any("\ud800" <= letter <= "\udfff" for letter in one + other)
    if not surrogates and one != other:
        assert mac_of(one, key=key) != mac_of(other, key=key)


def test_the_body_holds_the_hash_of_the_token_and_never_the_token():
    body = TICKET.body(token="secret token")

    assert "secret token" not in body
    assert json.loads(body)["token"] == sha256(b"secret token").hexdigest()


def test_the_same_ticket_has_the_same_body():
    assert TICKET.body(token="t") == TICKET.body(token="t")
    assert json.loads(TICKET.body(token="t"))["areas"] == ["0901", "0902"]
    assert json.loads(TICKET.body(token="t"))["keys"] == ["1", "2"]


def test_a_party_under_the_relief_hat_is_another_party():
    assert party_of("R000", relief=False) == "R000"
    assert party_of("R000", relief=True) == "R000/relief"


def test_a_policy_with_an_error_or_a_broken_invariant_does_not_go_live():
    policy = shipped_policy()

    assert refusal_to_put_live(policy, errors=[], broken=[]) is None
    assert "誤り" in refusal_to_put_live(policy, errors=["x"], broken=[]).reason
    assert "不変条件" in refusal_to_put_live(policy, errors=[], broken=["F01"]).reason


def test_a_retailer_reaches_own_customers_and_ties_and_nothing_else():
    met = relations_of_parties(
        shipped_policy().systems.values(),
        {"R000": ["関係小売営業", "関係小売委託"], "N09": ["送配電託送"], "X": []},
    )

    assert met["R000"] == {Relation.OWN, Relation.SWITCH_IN, Relation.CONSENT}
    assert Relation.RIVAL in met["N09"]
    assert met["X"] == frozenset()
