from datetime import datetime, timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts.signals import (
    AWAY,
    TRAVEL,
    WORDS,
    Sign,
    Stay,
    a_day_and_person,
    place_of,
    signals,
)
from sekisho.terms.days import JST
from tests.rules.accounts import twins_of_sign_in as twins

NOON = datetime(2026, 4, 1, 12, 0, tzinfo=JST)
MINUTE = timedelta(minutes=1)
NETWORKS = {
    ip_network("10.1.0.0/16"): "本店",
    ip_network("10.1.9.0/24"): "白浜支店",
    ip_network("2001:db8::/32"): "本店",
}


def stay(key=1, *, began=0, seen=None, device="D1", person="P1", **known):
    """Return a session that began `began` minutes after noon, last in use after `seen`."""
    return Stay(
        key=key,
        person=person,
        began_at=NOON + began * MINUTE,
        seen_at=NOON + (began if seen is None else seen) * MINUTE,
        ended_at=None,
        device=device,
        **known,
    )


def signs(*stays, ask=signals):
    return [signal.sign for signal in ask(stays)]


CASES = [
    pytest.param((stay(1), stay(2, began=60)), [], id="同じ端末で続けて"),
    pytest.param((stay(1), stay(2, began=4, device="D2")), [Sign.TWO_DEVICES], id="4分で別の端末"),
    pytest.param((stay(1), stay(2, began=5, device="D2")), [], id="5分で別の端末"),
    pytest.param((stay(1, seen=57), stay(2, began=60, device="D2")), [Sign.TWO_DEVICES],
                 id="使っている最中に別の端末"),
    pytest.param((stay(1), stay(2, began=1, device="")), [], id="端末が分からない"),
    pytest.param((stay(1), stay(2, began=1, device="D2", person="P2")), [], id="別の人"),
    pytest.param((stay(1, place="本店"), stay(2, began=29, place="白浜支店")), [Sign.TWO_PLACES],
                 id="29分で別の場所"),
    pytest.param((stay(1, place="本店"), stay(2, began=30, place="白浜支店")), [],
                 id="30分で別の場所"),
    pytest.param((stay(1, place="本店"), stay(2, began=1, place="")), [], id="場所が分からない"),
    pytest.param((stay(1, seen=61), stay(2, began=60)), [Sign.OVERLAP], id="重なる"),
    pytest.param((stay(1, seen=60), stay(2, began=60)), [], id="終わりと始まりが同じ"),
    pytest.param((stay(1, seen=90), stay(2, began=30, seen=31), stay(3, began=80)),
                 [Sign.OVERLAP, Sign.OVERLAP], id="長い利用に2つ重なる"),
    pytest.param((stay(1, holder="P2"),), [Sign.OTHERS_DEVICE], id="ほかの人の端末"),
    pytest.param((stay(1, holder="P1"),), [], id="自分の端末"),
    pytest.param((stay(1, on_leave=True),), [Sign.ON_LEAVE], id="休職中"),
]  # fmt: skip


@pytest.mark.parametrize(("stays", "expected"), CASES)
def test_what_cannot_be_so_of_one_person_is_a_signal(stays, expected):
    assert signs(*stays) == expected


@pytest.mark.parametrize("twin", twins.SIGNALS, ids=lambda twin: twin.__name__)
def test_a_twin_that_misses_a_signal_or_invents_one_is_caught(twin):
    wrong = [case.id for case in CASES if signs(*case.values[0], ask=twin) != case.values[1]]

    assert wrong


minutes = st.integers(0, 300)
stays_of_two = st.lists(
    st.builds(
        lambda key, person, began, length, device, place: stay(
            key, person=person, began=began, seen=began + length, device=device, place=place
        ),
        st.integers(1, 10**6),
        st.sampled_from(["P1", "P2"]),
        minutes,
        st.integers(0, 60),
        st.sampled_from(["", "D1", "D2"]),
        st.sampled_from(["", "本店", "支店"]),
    ),
    max_size=8,
    unique_by=lambda one: one.key,
)


@given(stays_of_two, st.randoms())
def test_the_order_of_the_sessions_changes_no_signal(stays, random):
    assert signals(random.sample(stays, len(stays))) == signals(stays)


@given(stays_of_two)
def test_a_signal_is_what_two_sessions_of_one_person_say_and_no_more(stays):
    plain = {
        (sign, a.key, b.key)
        for a in stays
        for b in stays
        if a.person == b.person and (a.began_at, a.key) < (b.began_at, b.key)
        for sign, holds in (
            (Sign.TWO_DEVICES, {a.device, b.device} == {"D1", "D2"}
             and b.began_at - a.seen_at < AWAY),
            (Sign.TWO_PLACES, {a.place, b.place} == {"本店", "支店"}
             and b.began_at - a.seen_at < TRAVEL),
            (Sign.OVERLAP, b.began_at < a.seen_at),
        )
        if holds
    }  # fmt: skip

    assert {(found.sign, *found.stays) for found in signals(stays)} == plain


def test_one_person_and_japanese_day_is_one_finding():
    midnight = 12 * 60
    found = signals(
        [
            stay(1, began=midnight - 1, on_leave=True),
            stay(2, began=midnight, on_leave=True, device="D2"),
        ]
    )

    days = a_day_and_person(found)

    assert [(person, str(day), len(of)) for (person, day), of in days.items()] == [
        ("P1", "2026-04-01", 1),
        ("P1", "2026-04-02", 2),
    ]


def test_a_sentence_names_nobody():
    found = signals([stay(1, person="山野みどり", holder="海野あおい", on_leave=True)])

    assert {one.sentence for one in found} == {WORDS[Sign.OTHERS_DEVICE], WORDS[Sign.ON_LEAVE]}
    assert not any("山野" in one.sentence or "D1" in one.sentence for one in found)
    assert WORDS.keys() == set(Sign)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.1.2.3", "本店"),
        ("10.1.9.3", "白浜支店"),
        ("2001:db8::1", "本店"),
        ("192.0.2.1", ""),
        ("知らない", ""),
    ],
)
def test_the_narrowest_network_names_the_place(address, place):
    assert place_of(address, places=NETWORKS) == place
