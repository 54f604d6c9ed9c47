import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from sekisho.grants import decisions, verifying
from sekisho.grants.decisions import bounds, refusal_of_text, refusal_of_window
from sekisho.grants.verifying import NotAnApproval, is_approved, problems
from tests.rules.grants.houses import NOON, POLICY, minutes, request
from tests.rules.grants.signed import Key, approval, decision, part

# What may be approved --------------------------------------------------------------------------


def text_refusal(said, asked=None, earlier=(), *, party=1, laid=0.5, fresh=300, at=1):
    return refusal_of_text(
        said,
        asked or request(),
        earlier,
        party=party,
        laid_at=NOON + minutes(laid),
        fresh=fresh,
        at=NOON + minutes(at),
    )


def test_a_decision_over_this_request_is_taken():
    assert text_refusal(decision()) is None
    assert text_refusal(decision(verdict="deny")) is None


def test_an_approval_is_of_no_other_request():
    other = request(window_minutes=31)

    assert text_refusal(decision(), other) is decisions.OTHER_REQUEST
    assert text_refusal(decision(), party=2) is decisions.OTHER_REQUEST
    assert text_refusal(decision(matching_code="0000x")) is decisions.OTHER_REQUEST


@pytest.mark.parametrize(
    ("laid", "fresh", "stale"),
    [(-4, 300, False), (-4.01, 300, True), (0.5, 30, False), (0.4, 30, True), (1.1, 300, True)],
)
def test_a_page_that_lay_too_long_is_not_signed(laid, fresh, stale):
    assert (text_refusal(decision(), laid=laid, fresh=fresh) is decisions.STALE) is stale


def test_a_denial_has_a_reason():
    assert text_refusal(decision(verdict="deny", reason="だめ"))


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"length": 30}, False),
        ({"length": 5}, False),
        ({"length": 31}, True),
        ({"use_minutes": 21}, True),
        ({"use_minutes": 0}, True),
        ({"uses": 2}, True),
        ({"uses": None}, True),
        ({"valid": None}, True),
        ({"valid": (NOON, NOON + minutes(20))}, True),
        ({"valid": (NOON + minutes(9), NOON + minutes(9))}, True),
        ({"valid": (NOON + minutes(9), NOON + minutes(39))}, False),
    ],
)
def test_a_window_is_shortened_and_never_widened(changed, refused):
    assert (refusal_of_window(decision(**changed), request(), ()) is not None) is refused


def test_what_one_party_shortened_no_other_widens():
    first = decision(length=10, use_minutes=5)

    assert refusal_of_window(decision(party=2, at=2, length=11, use_minutes=5), request(), [first])
    assert refusal_of_window(decision(party=2, at=2, length=10, use_minutes=6), request(), [first])
    assert not refusal_of_window(
        decision(party=2, at=2, length=10, use_minutes=5), request(), [first]
    )


def test_a_start_that_was_asked_for_is_kept_and_so_is_the_end():
    asked = request(starts_at=NOON + minutes(120))
    early = bounds(asked, (), at=NOON)
    late = bounds(asked, (), at=NOON + minutes(140))

    assert (early.starts, early.ends) == (NOON + minutes(120), NOON + minutes(150))
    assert (late.starts, late.ends) == (NOON + minutes(140), NOON + minutes(150))
    assert bounds(asked, (), at=NOON + minutes(150)) is None
    said = decision(asked, at=1)
    assert refusal_of_window(said, asked, ())
    right = replace(said, valid=(NOON + minutes(120), NOON + minutes(150)))
    assert refusal_of_window(right, asked, ()) is None


def test_a_decision_is_read_back_as_the_same_bytes():
    for said in (decision(), decision(verdict="deny")):
        assert decisions.read(said.text) == said
        with pytest.raises(ValueError, match="canonical"):
            decisions.read(json.dumps(json.loads(said.text)).encode())


def test_what_is_signed_cannot_be_a_text_of_another_kind():
    assert decisions.challenge(b"x") == sha256(b"sekisho.decision/1\nx").digest()


# The offline check ------------------------------------------------------------------------------


def test_a_whole_approval_holds_and_is_read_back():
    whole = approval()

    assert problems(whole) == []
    assert is_approved(whole)
    assert verifying.read(whole.text) == whole


def test_a_denial_holds_and_is_no_approval():
    denied = approval(decision(), decision(party=2, person="officer", verdict="deny", at=2))

    assert problems(denied) == []
    assert not is_approved(denied)


def test_one_party_of_two_is_no_approval():
    half = approval(decision())

    assert problems(half) == []
    assert not is_approved(half)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (Key(flags=0x01), "確かめられていません"),
        (Key(flags=0x04), "確かめられていません"),
        (Key(flags=0x0D), "複製"),
        (Key(origin="https://x.sekisho.example"), "別のページ"),
        (Key(origin="http://sekisho.example"), "別のページ"),
        (Key(crossOrigin=True), "ほかのページの中"),
        (Key(topOrigin="https://elsewhere.example"), "ほかのページの中"),
        (Key(type="webauthn.create"), "この文への署名"),
        (Key(challenge="AAAA"), "この文への署名"),
        (Key(rp="elsewhere.example"), "別の場所"),
    ],
)
def test_each_way_in_which_a_signature_can_be_wrong_is_said(key, said):
    found = problems(approval(part(decision(), key)))

    assert any(said in each for each in found)


def test_a_signature_of_another_key_is_none():
    good = part(decision())
    forged = replace(good, proof=replace(good.proof, public_key=verifying.public_key(Key().cose)))

    assert any("署名が合いません" in each for each in problems(approval(forged)))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ((decision(person="asker"),), "利用する本人"),
        ((decision(), decision(at=2)), "承認者の番号"),
        ((decision(), decision(party=2, at=2)), "一人が二つ"),
        ((decision(party=3),), "承認者の番号"),
        ((decision(length=31),), "広く"),
        ((decision(request(uses=2)),), "別の申請"),
        ((decision(at=-1),), "申請より前"),
        (
            (decision(verdict="deny"), decision(party=2, person="officer", at=2)),
            "却下のあと",
        ),
        (
            (decision(nonce="n"), decision(party=2, person="officer", at=2, nonce="n")),
            "使い捨て",
        ),
        ((decision(at=2), decision(party=2, person="officer", at=1)), "時刻の順"),
    ],
)
def test_each_link_that_does_not_hold_is_said(said, words):
    assert any(words in each for each in problems(approval(*said)))


def test_another_policy_than_the_one_that_was_asked_under_is_seen():
    laxer = replace(POLICY, parties=POLICY.parties[:1])

    assert any("承認規程ではありません" in each for each in problems(approval(policy=laxer)))
    wide = request(window_minutes=61)
    assert any("長く" in each for each in problems(approval(asked=wide)))


def test_every_flipped_byte_is_refused():
    text = approval().text
    refused = 0

    for place in range(len(text)):
        other = bytearray(text)
        other[place] ^= 1 << (place % 8)
        try:
            refused += bool(problems(verifying.read(bytes(other))))
        except NotAnApproval:
            refused += 1

    assert refused == len(text)


def test_what_is_no_file_of_an_approval_is_said():
    for text in (b"", b"{}", b"[]", b"null", approval().text + b"\n"):
        with pytest.raises(NotAnApproval):
            verifying.read(text)


def test_the_window_of_the_last_approval_is_the_one_of_the_grant():
    assert verifying.window_of(approval()) == (NOON + minutes(2), NOON + minutes(32))
    assert verifying.window_of(approval(decision(verdict="deny"))) is None
    assert timedelta(minutes=5) == decisions.NONCE_LIVES


def test_the_same_key_written_in_another_way_is_refused():
    good = part(decision())
    der = bytearray(good.proof.public_key)
    der[26] ^= 2 if der[-1] % 2 == 0 else 3  # the hybrid form of the same point (06, 07)
    other = replace(good, proof=replace(good.proof, public_key=bytes(der)))

    assert der[26] in (6, 7)
    assert any("署名が合いません" in each for each in problems(approval(other)))
