from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts.sign_on import ALGORITHMS, Assertion, Provider, assertion
from sekisho.terms.refusals import Refusal
from tests.rules.accounts import twins_of_sign_on as twins

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
PROVIDER = Provider(
    key="kyuyo",
    name="九陽",
    issuer="https://id.kyuyo.example",
    client_id="sekisho",
    mfa_acr=frozenset({"phr"}),
    mfa_amr=frozenset({"mfa", "hwk"}),
)
SECONDS = int(NOW.timestamp())
CLAIMS = {
    "iss": "https://id.kyuyo.example",
    "aud": "sekisho",
    "sub": "7f3a",
    "nonce": "n-1",
    "iat": SECONDS - 5,
    "exp": SECONDS + 300,
}


def asked(ask=assertion, *, nonce="n-1", **claims):
    told = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not ...}
    return ask(told, provider=PROVIDER, nonce=nonce, now=NOW)


def test_a_token_says_who_is_there_and_how_they_proved_it():
    told = asked(amr=["pwd", "hwk"], auth_time=SECONDS - 100)

    assert told == Assertion(
        issuer="https://id.kyuyo.example",
        subject="7f3a",
        multi_factor=True,
        proved_at=NOW - timedelta(seconds=100),
    )


REFUSED = [
    pytest.param({"iss": "https://id.rival.example"}, "発行者", id="別の発行者"),
    pytest.param({"iss": "https://id.kyuyo.example/"}, "発行者", id="発行者の末尾の斜線"),
    pytest.param({"iss": ...}, "発行者", id="発行者なし"),
    pytest.param({"aud": "other"}, "宛先", id="別の宛先"),
    pytest.param({"aud": ["sekisho", "other"]}, "宛先", id="宛先が2つ"),
    pytest.param({"azp": "other"}, "宛先", id="使う人が別"),
    pytest.param({"aud": ...}, "宛先", id="宛先なし"),
    pytest.param({"nonce": "n-2"}, "この画面から", id="別のサインオン"),
    pytest.param({"nonce": ...}, "この画面から", id="合言葉なし"),
    pytest.param({"exp": SECONDS - 60}, "期限", id="期限切れ"),
    pytest.param({"exp": ...}, "期限", id="期限なし"),
    pytest.param({"exp": "2099"}, "期限", id="期限が文字"),
    pytest.param({"exp": True}, "期限", id="期限が真偽"),
    pytest.param({"iat": SECONDS + 61}, "時刻", id="未来に作られた"),
    pytest.param({"iat": SECONDS - 601}, "時刻", id="古い"),
    pytest.param({"iat": 1e300}, "時刻", id="ありえない時刻"),
    pytest.param({"sub": ""}, "だれの", id="空の人"),
    pytest.param({"sub": 7}, "だれの", id="数の人"),
    pytest.param({"sub": "x" * 201}, "だれの", id="長すぎる人"),
]


@pytest.mark.parametrize(("claims", "because"), REFUSED)
def test_a_token_that_is_not_for_us_says_nothing(claims, because):
    told = asked(**claims)

    assert isinstance(told, Refusal)
    assert because in told.reason


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": SECONDS - 59},
        {"iat": SECONDS + 60},
        {"iat": SECONDS - 600},
        {"aud": ["sekisho"]},
        {"azp": "sekisho"},
    ],
)
def test_on_this_side_of_the_edge_a_token_speaks(claims):
    assert isinstance(asked(**claims), Assertion)


def test_without_a_nonce_of_ours_none_of_theirs_is_right():
    empty = {**CLAIMS, "nonce": ""}

    assert isinstance(assertion(empty, provider=PROVIDER, nonce="", now=NOW), Refusal)


MULTI = [
    pytest.param({}, False, id="何も言わない"),
    pytest.param({"amr": ["pwd"]}, False, id="パスワードだけ"),
    pytest.param({"amr": ["mfa"]}, True, id="amr"),
    pytest.param({"acr": "phr"}, True, id="acr"),
    pytest.param({"acr": "phrh"}, False, id="知らない acr"),
    pytest.param({"acr": ["phr"]}, False, id="acr が並び"),
    pytest.param({"amr": "mfa"}, False, id="amr が文字"),
    pytest.param({"amr": [["mfa"], None]}, False, id="amr の中身が違う"),
    pytest.param({"acr": "mfa"}, False, id="acr に amr の値"),
]


@pytest.mark.parametrize(("claims", "expected"), MULTI)
def test_only_a_claim_that_was_agreed_on_counts_as_a_second_factor(claims, expected):
    assert asked(**claims).multi_factor is expected


@pytest.mark.parametrize("twin", twins.ASSERTIONS, ids=lambda twin: twin.__name__)
def test_a_twin_that_believes_too_much_is_caught(twin):
    believed = [case.id for case in REFUSED if isinstance(asked(twin, **case.values[0]), Assertion)]
    raised = [
        case.id
        for case in MULTI
        if (told := asked(twin, **case.values[0])) and told.multi_factor != case.values[1]
    ]

    assert believed or raised


@given(
    st.dictionaries(
        st.sampled_from([*CLAIMS, "amr", "acr", "azp", "auth_time"]),
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text())
        ),
    )
)
def test_whatever_is_claimed_there_is_an_answer(claims):
    assert isinstance(asked(**claims), Assertion | Refusal)


def test_a_proof_of_tomorrow_is_no_proof():
    assert asked(auth_time=SECONDS + 3_600).proved_at is None


def test_only_the_issuer_can_make_a_signature():
    assert not {name for name in ALGORITHMS if name.startswith("HS") or name.lower() == "none"}
