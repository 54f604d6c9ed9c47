"""A signature is one person's, over one text, and anybody can verify it again."""

import copy
from hashlib import sha256

import pytest
from allauth.core import context

from sekisho_web.accounts import signing
from tests.factories import somebody
from tests.factories.passkeys import Passkey

DIGEST = sha256("この表を公開してよい".encode()).digest()


@pytest.fixture(autouse=True)
def _site(rf):
    with context.request_context(rf.get("/", secure=True, HTTP_HOST="testserver")):
        yield


def test_who_signs_a_text_is_known_afterwards(db):
    person = somebody()
    key = Passkey(person)

    proof = signing.signed(person, DIGEST, key.answer(DIGEST))

    signing.verify(proof, DIGEST)
    assert signing.is_bound(proof, person)
    assert not signing.is_bound(proof, somebody())
    assert (
        signing.ask(person, DIGEST)["request_options"]["publicKey"]["userVerification"]
        == "required"
    )


@pytest.mark.parametrize("fault", ["text", "person", "rp", "owner", "answer", "nothing"])
def test_what_is_no_signature_is_not_taken_for_one(db, fault):
    person = somebody()
    key = Passkey(
        person, verified=fault != "owner", rp="elsewhere" if fault == "rp" else "testserver"
    )
    other = sha256("ほかの表".encode()).digest()
    answer = key.answer(other if fault == "text" else DIGEST)
    if fault == "answer":
        answer["response"]["signature"] = answer["response"]["signature"][:-4] + "AAAA"
    if fault == "nothing":
        answer = {}

    with pytest.raises(signing.NotSigned):
        signing.signed(somebody() if fault == "person" else person, DIGEST, answer)


def test_a_kept_signature_that_was_touched_is_found(db):
    person = somebody()
    proof = signing.signed(person, DIGEST, Passkey(person).answer(DIGEST))
    foreign = signing.signed(person, DIGEST, Passkey(person).answer(DIGEST))

    for member in ("clientDataJSON", "authenticatorData", "signature"):
        touched = copy.deepcopy(proof)
        touched["response"]["response"][member] = (
            "AAAA" + touched["response"]["response"][member][4:]
        )
        with pytest.raises(signing.NotSigned):
            signing.verify(touched, DIGEST)
    with pytest.raises(signing.NotSigned):
        signing.verify(proof | {"credential": foreign["credential"]}, DIGEST)
    with pytest.raises(signing.NotSigned):
        signing.verify(proof, sha256(b"another text").digest())
