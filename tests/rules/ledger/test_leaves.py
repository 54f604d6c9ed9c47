"""What a leaf says, byte for byte, and what it must never say."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.ledger import leaves
from sekisho.ledger.leaves import Act, BadLeaf, Entry, Kind, OwnerClass, Part
from tests.rules.ledger import twins

AT = datetime(2026, 11, 20, 3, 0, 0, 123_000, tzinfo=UTC)
ID = UUID("019a9f82-d027-7223-b1e5-c56a60d10703")
SALT = bytes(range(32))
D = leaves.commitment_of([leaves.commitment(b"{}", salt=SALT)])


def entry(**changes):
    said = {
        "log": "sekisho.n09.example/takuso/fy2026",
        "id": ID,
        "at": AT,
        "kind": Kind.RELEASE,
        "system": "takuso",
    }
    return Entry(**said | changes)


def leaf(**changes):
    return entry(**changes).leaf(parts=1, commitment_of_parts=D)


def changed(**fields):
    """Return a leaf in which `fields` are changed, written canonically."""
    return leaves.canonical(json.loads(leaf()) | fields)


def test_a_leaf_is_these_bytes():
    full = leaf(
        screen="TK-D01",
        act=Act.VIEW,
        purpose="wheeling",
        table="00ff",
        context=leaves.context_of({"利用目的": "託送供給等"}),
        decision="partial",
        who=SALT,
        device=SALT,
        org="network_wheeling",
        grant="7",
        rows={OwnerClass.RIVAL: 2, OwnerClass.OWN: 0},
        seen={OwnerClass.RIVAL: 1},
        columns=leaves.columns_of([("customer_name", 1)]),
        level=1,
        previous=ID,
    )

    assert full.decode() == (
        '{"act":"view","cols":"YG0L8fiVrZ5Aj89RBusbBypD_HIkNvXMRktbBgXAWsg",'
        '"ctx":"wWscc6F1A3NH5llmF5uXrDwxalNFst8DfufqPEQwamI",'
        f'"d":"{leaves.text_of(D)}","dec":"partial",'
        '"dev":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8","grant":"7",'
        '"id":"019a9f82-d027-7223-b1e5-c56a60d10703","k":"release",'
        '"log":"sekisho.n09.example/takuso/fy2026","lvl":1,"n":{"rival":2},'
        '"org":"network_wheeling","parts":1,"prev":"019a9f82-d027-7223-b1e5-c56a60d10703",'
        '"scr":"TK-D01","seen":{"rival":1},"sys":"takuso","t":"2026-11-20T03:00:00.123Z",'
        '"table":"00ff","v":1,"who":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",'
        '"why":"wheeling"}'
    )
    assert full.isascii()
    assert leaves.read_leaf(full)["n"] == {"rival": 2}


@pytest.mark.parametrize(
    "changes",
    [
        {"screen": "詳細"},
        {"purpose": "託送供給等"},
        {"at": datetime(2026, 11, 20)},  # noqa: DTZ001  # that is the mistake
        {"rows": {}, "seen": {OwnerClass.OWN: 1}},
        {"decision": "maybe"},
        {"level": 4},
        {"screen": "x" * leaves.LONGEST},
        {"screen": "\ud800"},
    ],
    ids=["画面が漢字", "目的が漢字", "時刻に時差なし", "見えた行が多い", "扱いが未知", "強さが未知",
         "長すぎる", "半端な文字"],
)  # fmt: skip
def test_what_a_leaf_cannot_say_is_refused(changes):
    with pytest.raises(BadLeaf):
        leaf(**changes)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"[]",
        b"{}",
        b"[" * 60_000,
        leaf() + b"\n",
        leaf()[:-1],
        b" " + leaf(),
        leaf().replace(b'"lvl":1', b'"lvl":1.0'),
        leaf().replace(b'"lvl":1', b'"lvl":1 '),
        leaf().replace(b'"k":"release"', b'"k":"\\u0072elease"'),
        leaf().replace(b'"v":1', b'"v":1,"v":1'),
        "葉".encode(),
        changed(v=2),
        changed(v=True),
        changed(k="look"),
        changed(act="peek"),
        changed(dec="maybe"),
        changed(parts=0),
        changed(n={"friend": 1}),
        changed(n={"own": 0}),
        changed(n={"own": True}),
        changed(seen={"own": 1}),
        changed(name="架空太郎"),
        changed(sys=None),
    ],
)
def test_only_what_we_would_write_is_a_leaf(body):
    with pytest.raises(BadLeaf):
        leaves.read_leaf(body)


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused_with_one_class_of_error(body):
    with pytest.raises(BadLeaf):
        leaves.read_leaf(body)


@given(st.integers(0, len(leaf()) - 1), st.integers(0, 7))
def test_a_leaf_with_one_bit_turned_is_no_leaf_or_says_something_else(place, bit):
    turned = bytearray(leaf())
    turned[place] ^= 1 << bit
    try:
        said = leaves.read_leaf(bytes(turned))
    except BadLeaf:
        return
    assert said != leaves.read_leaf(leaf())


parts = st.builds(Part, text=st.binary(max_size=40), salt=st.binary(min_size=32, max_size=32))


@given(st.lists(parts, min_size=2, max_size=8, unique_by=lambda part: part.commitment), st.data())
def test_one_customer_is_erased_and_all_others_still_verify(all_parts, data):
    numbered = leaves.in_order(all_parts)
    d = leaves.commitment_of(part.commitment for part in numbered)
    kept = [(part.commitment, part) for part in numbered]
    erased = data.draw(st.integers(1, len(kept) - 1))
    kept[erased] = (kept[erased][0], None)

    assert leaves.commitment_of(commitment for commitment, _ in kept) == d
    for commitment, part in kept:
        assert part is None or leaves.commitment(part.text, salt=part.salt) == commitment


@given(st.lists(parts, min_size=3, max_size=6, unique_by=lambda part: part.commitment))
def test_customers_have_an_order_that_says_nothing_of_the_page(all_parts):
    first, *rest = all_parts

    assert leaves.in_order([first, *rest]) == leaves.in_order([first, *reversed(rest)])
    assert leaves.in_order(all_parts)[0] == first


def test_the_person_cannot_be_exchanged_for_a_customer():
    a, b = (leaves.commitment(text, salt=SALT) for text in (b"a", b"b"))

    assert leaves.commitment_of([a, b]) != leaves.commitment_of([b, a])
    assert twins.without_its_place([a, b]) == twins.without_its_place([b, a])


def guessed(commitment, known):
    """Return the supply point that is committed to, found by counting, or None."""
    for number in range(1_000):
        text = b"%022d" % number
        if hashlib.sha256(text).digest() == known or hmac.digest(b"", text, "sha256") == known:
            return number
    return None


def test_a_commitment_cannot_be_guessed_from_the_numbers_there_are():
    text = b"%022d" % 713

    assert guessed(leaves.commitment, leaves.commitment(text, salt=SALT)) is None
    assert guessed(twins.unsalted, twins.unsalted(text, salt=SALT)) == 713


@pytest.mark.parametrize("size", [0, 31, 33])
def test_salts_commitments_and_chances_have_their_size(size):
    with pytest.raises(BadLeaf):
        leaves.commitment(b"", salt=bytes(size))
    with pytest.raises(BadLeaf):
        leaves.commitment_of([bytes(size)])
    with pytest.raises(BadLeaf):
        leaves.event_id(AT, chance=bytes(size))


@given(
    st.lists(st.tuples(st.sampled_from(["name", "kana", "phone"]), st.integers(0, 4))),
    st.randoms(),
)
def test_columns_are_a_set(shown, random):
    shuffled = random.sample(shown, len(shown)) + shown

    assert leaves.columns_of(shown) == leaves.columns_of(shuffled)
    assert (leaves.columns_of(shown) is None) is (not shown)


def test_a_context_is_named_by_its_attributes_and_not_by_their_order():
    one = leaves.context_of({"閲覧者区分": "新電力", "利用目的": "小売供給"})

    assert one == leaves.context_of({"利用目的": "小売供給", "閲覧者区分": "新電力"})
    assert one != leaves.context_of({"利用目的": "小売供給", "閲覧者区分": "国"})


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001  # given its zone below
    st.binary(min_size=10, max_size=10),
)
def test_the_number_of_a_record_holds_its_time_and_its_chance(at, chance):
    at = at.replace(tzinfo=UTC)
    number = leaves.event_id(at, chance=chance)

    assert (number.version, number.variant) == (7, "specified in RFC 4122")
    assert number.int >> 80 == int(at.timestamp() * 1000)
    assert number.bytes[-7:] == chance[-7:]


def test_a_time_is_written_in_utc_with_milliseconds():
    tokyo = timezone(timedelta(hours=9))

    assert leaves.instant(datetime(2027, 1, 1, 9, tzinfo=tokyo)) == "2027-01-01T00:00:00.000Z"
