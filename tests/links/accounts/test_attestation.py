"""The ceremonies of WebAuthn: a key that answers for another page, maker or text is refused."""

import copy
import json
from datetime import timedelta

import pytest

from sekisho.accounts.authenticators import Attested
from sekisho_links.accounts import attestation
from sekisho_links.accounts.attestation import Key, NotVerified, Site, is_at
from tests.links.accounts.soft_keys import MODEL, NOW, Maker, SoftKey

SITE = Site(rp="sekisho.example", origin="https://sekisho.example")


def soft(**traits):
    return SoftKey(rp="sekisho.example", **traits)


def bind(key, *, site=SITE, roots=(), now=NOW, touch=lambda answer: answer):
    options, state = attestation.ask_to_bind(
        site=SITE, handle=b"handle", login="person1", name="山野 みどり", known=[]
    )
    state = json.loads(json.dumps(state))
    answer = touch(key.create(options))
    return attestation.offered(answer, state, site=site, roots=lambda _: roots, now=now)


def prove(key, *, site=SITE, keys=None):
    options, state = attestation.ask_for_proof(site=SITE, known=[key.id])
    known = [Key.of(bytes(key.credential))] if keys is None else keys
    return attestation.shown(key.get(options), json.loads(json.dumps(state)), site=site, keys=known)


def test_the_browser_is_asked_for_the_owner_and_for_the_maker():
    options, _ = attestation.ask_to_bind(
        site=SITE, handle=b"handle", login="person1", name="山野 みどり", known=[b"known"]
    )

    asked = json.loads(json.dumps(options))["publicKey"]
    assert asked["attestation"] == "direct"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert len(asked["excludeCredentials"]) == 1


def test_what_a_key_offers_is_handed_up():
    maker = Maker()
    key = soft(maker=maker)

    found = bind(key, roots=[maker.root])

    assert found.credential_id == key.id
    assert found.aaguid == MODEL
    assert found.attested is Attested.CERTIFIED
    assert (found.user_verified, found.backup_eligible, found.backed_up) == (True, False, False)
    kept = Key(credential_id=found.credential_id, aaguid=found.aaguid, public_key=found.public_key)
    assert kept.data == bytes(key.credential)
    assert Key.of(kept.data) == kept


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        pytest.param({}, Attested.NONE, id="何も言わない"),
        pytest.param({"maker": "self"}, Attested.SELF, id="自分で署名"),
        pytest.param({"maker": Maker()}, Attested.SELF, id="知らない認証局"),
        pytest.param(
            {"maker": Maker(starts=NOW - timedelta(days=400))}, Attested.SELF, id="期限切れの証明書"
        ),
    ],
)
def test_a_maker_that_is_not_known_is_worth_no_more_than_the_key_itself(traits, expected):
    maker = traits.get("maker")
    old = [maker.root] if isinstance(maker, Maker) and maker.starts < NOW - timedelta(9) else []

    assert bind(soft(**traits), roots=[Maker().root, *old]).attested is expected


def test_a_key_that_can_be_synced_says_so():
    found = bind(soft(synced=True))

    assert (found.backup_eligible, found.backed_up) == (True, True)


def statement(answer, **members):
    """Return the answer with other members in its attestation statement."""
    from fido2.utils import websafe_decode, websafe_encode
    from fido2.webauthn import AttestationObject

    touched = copy.deepcopy(answer)
    held = AttestationObject(websafe_decode(answer["response"]["attestationObject"]))
    forged = AttestationObject.create(held.fmt, held.auth_data, dict(held.att_stmt) | members)
    touched["response"]["attestationObject"] = websafe_encode(bytes(forged))
    return touched


@pytest.mark.parametrize(
    ("traits", "touch"),
    [
        pytest.param({"origin": "https://evil.example"}, None, id="ほかのサイト"),
        pytest.param({"origin": "https://sub.sekisho.example"}, None, id="下の名前のサイト"),
        pytest.param({"origin": "https://sekisho.example:8443"}, None, id="ほかの口"),
        pytest.param({"origin": "http://sekisho.example"}, None, id="暗号化なし"),
        pytest.param({"verified": False}, None, id="持ち主を確かめない"),
        pytest.param(
            {"maker": "self"}, lambda a: statement(a, sig=b"\x30\x06\x02\x01\x01\x02\x01\x01"),
            id="証明の署名が違う",
        ),
        pytest.param(
            {"maker": Maker(model="ffffffff-ffff-ffff-ffff-ffffffffffff")}, None,
            id="証明書が別の機種のもの",
        ),
        pytest.param({}, lambda _: {}, id="空の答え"),
        pytest.param({}, lambda a: a | {"response": {}}, id="中身がない"),
    ],
)  # fmt: skip
def test_what_does_not_answer_what_was_asked_is_refused(traits, touch):
    with pytest.raises(NotVerified):
        bind(soft(**traits), touch=touch or (lambda answer: answer))


def test_an_answer_to_another_question_is_refused():
    key = soft()
    options, _ = attestation.ask_to_bind(
        site=SITE, handle=b"h", login="person1", name="山野 みどり", known=[]
    )
    _, other = attestation.ask_to_bind(
        site=SITE, handle=b"h", login="person1", name="山野 みどり", known=[]
    )

    with pytest.raises(NotVerified):
        attestation.offered(key.create(options), other, site=SITE, roots=lambda _: (), now=NOW)


def test_a_proof_shows_the_key_and_its_counter():
    key = soft()

    first, second = prove(key), prove(key)

    assert first.credential_id == key.id
    assert (first.sign_count, second.sign_count) == (1, 2)
    assert first.user_verified


@pytest.mark.parametrize(
    "traits",
    [
        pytest.param({"origin": "https://sub.sekisho.example"}, id="下の名前のサイト"),
        pytest.param({"origin": "https://sekisho.example:8443"}, id="ほかの口"),
        pytest.param({"verified": False}, id="持ち主を確かめない"),
    ],
)
def test_a_proof_for_another_page_is_refused(traits):
    with pytest.raises(NotVerified):
        prove(soft(**traits))


def test_a_proof_by_an_unknown_key_or_another_public_key_is_refused():
    key, other = soft(), soft()
    mixed = Key(
        credential_id=key.id, aaguid=MODEL, public_key=Key.of(bytes(other.credential)).public_key
    )

    for keys in ([], [Key.of(bytes(other.credential))], [mixed]):
        with pytest.raises(NotVerified):
            prove(key, keys=keys)


def test_the_default_of_the_library_would_take_a_subdomain():
    """The twin of `is_at`: what it refuses, the library by itself lets in."""
    from fido2.rpid import verify_rp_id

    assert verify_rp_id("sekisho.example", "https://sub.sekisho.example")
    assert not is_at(SITE, "https://sub.sekisho.example")
    assert not is_at(Site(rp="sekisho.example", origin=""), "https://sub.sekisho.example")


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("https://sekisho.example", True),
        ("https://sekisho.example:8443", True),
        ("http://sekisho.example", False),
        ("http://localhost:8000", False),
        ("https://sekisho.example.evil.example", False),
        ("https://sekisho.example@evil.example", False),
        ("", False),
    ],
)
def test_a_signature_kept_for_years_is_held_against_the_host(origin, expected):
    assert is_at(Site(rp="sekisho.example", origin=""), origin) is expected
