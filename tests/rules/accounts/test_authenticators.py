"""Which authenticator may stand for a person, and which proof by one is believed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts.authenticators import (
    ANY,
    Attested,
    Kept,
    Model,
    Offered,
    Policy,
    Shown,
    UnreadablePolicy,
    counter_went_back,
    read,
    refusal_of_card,
    refusal_of_proof,
    refusal_to_bind,
)
from sekisho_links import shipped
from tests.rules.accounts import twins

MODEL = "00112233-4455-6677-8899-aabbccddeeff"
NOON = datetime(2026, 4, 1, 3, tzinfo=UTC)
CARD = Model(aaguid=MODEL, name="職員証", needs=Attested.CERTIFIED, root="card.pem")
POLICY = Policy(models={MODEL: CARD})
GOOD = Offered(
    credential_id=b"credential",
    public_key=b"key",
    aaguid=MODEL,
    attested=Attested.CERTIFIED,
    user_verified=True,
    backup_eligible=False,
    backed_up=False,
    sign_count=0,
)
SHOWN = Shown(credential_id=b"credential", user_verified=True, backup_eligible=False, sign_count=5)
KEPT = Kept(sign_count=4, revoked_at=None)


def refused(offered=GOOD, *, policy=POLICY, known=False, card=False):
    return refusal_to_bind(offered, policy=policy, credential_is_known=known, card_is_bound=card)


def test_the_card_of_the_company_may_be_bound():
    assert refused() is None


@pytest.mark.parametrize(
    ("change", "known", "card", "words"),
    [
        pytest.param({"user_verified": False}, False, False, "持ち主を確かめません", id="PINなし"),
        pytest.param({"backup_eligible": True}, False, False, "同期できる", id="同期できる"),
        pytest.param({"backed_up": True}, False, False, "同期できる", id="同期済み"),
        pytest.param({"aaguid": "0" * 36}, False, False, "一覧にありません", id="知らない機種"),
        pytest.param({"attested": Attested.SELF}, False, False, "本物の「職員証」", id="自己証明"),
        pytest.param({"attested": Attested.NONE}, False, False, "本物の「職員証」", id="証明なし"),
        pytest.param({}, True, False, "すでに登録", id="登録済み"),
        pytest.param({}, False, True, "使用中の認証器", id="番号が使用中"),
    ],
)
def test_what_may_not_be_bound(change, known, card, words):
    refusal = refused(replace(GOOD, **change), known=known, card=card)

    assert words in refusal.reason
    assert refusal.remedy


@pytest.mark.parametrize("twin", twins.BINDING, ids=lambda twin: twin.__name__)
def test_a_twin_that_lets_a_wrong_key_in_is_caught(twin):
    wrong = [
        replace(GOOD, **change)
        for change in (
            {"user_verified": False}, {"backup_eligible": True}, {"backed_up": True},
            {"aaguid": "0" * 36}, {"attested": Attested.SELF},
        )
    ]  # fmt: skip

    assert all(refused(offered) for offered in wrong)
    assert not all(
        twin(offered, policy=POLICY, credential_is_known=False, card_is_bound=False)
        for offered in wrong
    )


def test_where_any_model_may_be_used_a_synced_key_still_may_not():
    anything = Model(aaguid=ANY, name="どれでも", needs=Attested.NONE, root="")
    policy = Policy(models={ANY: anything})
    unknown = replace(GOOD, aaguid="0" * 36, attested=Attested.NONE)

    assert refused(unknown, policy=policy) is None
    assert refused(replace(unknown, backup_eligible=True), policy=policy)


def test_a_model_with_a_row_of_its_own_is_held_to_it():
    anything = Model(aaguid=ANY, name="どれでも", needs=Attested.NONE, root="")
    policy = Policy(models={ANY: anything, MODEL: CARD})

    assert refused(replace(GOOD, attested=Attested.NONE), policy=policy)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"user_verified": False}, "持ち主を確かめません", id="PINなし"),
        pytest.param({"backup_eligible": True}, "同期できるものに変わって", id="あとで同期"),
        pytest.param({"sign_count": 4}, "複製のおそれ", id="回数が同じ"),
        pytest.param({"sign_count": 0}, "複製のおそれ", id="回数が0に戻った"),
    ],
)
def test_a_proof_that_is_not_believed(change, words):
    assert words in refusal_of_proof(KEPT, replace(SHOWN, **change)).reason


def test_a_proof_that_is_believed():
    assert refusal_of_proof(KEPT, SHOWN) is None


def test_a_revoked_key_proves_nothing():
    assert "失効" in refusal_of_proof(replace(KEPT, revoked_at=NOON), SHOWN).reason


def test_a_key_without_a_counter_stands_at_zero():
    still = replace(SHOWN, sign_count=0)

    assert refusal_of_proof(replace(KEPT, sign_count=0), still) is None


@given(st.integers(0, 9), st.integers(0, 9))
def test_the_counter_only_grows_or_does_not_exist(before, after):
    back = counter_went_back(replace(KEPT, sign_count=before), replace(SHOWN, sign_count=after))

    assert back is not (after > before or (before, after) == (0, 0))


def test_a_card_number_in_use_is_refused():
    assert refusal_of_card(is_bound=False) is None
    assert "使用中" in refusal_of_card(is_bound=True).reason


HEAD = "AAGUID,名称,証明,根の証明書,出典\n"


def test_the_list_is_read_with_its_roots():
    policy = read(f"{HEAD}{MODEL.upper()},職員証,認証局,card.pem,社内\n", place="一覧")

    assert policy.model(MODEL) == CARD
    assert policy.model("0" * 36) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("AAGUID,名称\n", "列がありません", id="列がない"),
        pytest.param(f"{HEAD}{MODEL},職員証,たぶん,c.pem,\n", "「証明」を読めません", id="語"),
        pytest.param(f"{HEAD}{MODEL},職員証,,card.pem,\n", "「証明」を読めません", id="空欄"),
        pytest.param(f"{HEAD}{MODEL},職員証,認証局,,\n", "根の証明書がありません", id="根がない"),
        pytest.param(
            f"{HEAD}{MODEL},職員証,なし,,\n{MODEL.upper()},職員証,認証局,c.pem,\n",
            "2行あります", id="二度",
        ),
    ],
)  # fmt: skip
def test_a_list_that_is_read_wrongly_would_let_a_wrong_key_in(text, words):
    with pytest.raises(UnreadablePolicy, match=words):
        read(text, place="一覧")


@pytest.mark.parametrize("folder", [(), ("demo",)], ids=["製品", "デモ"])
def test_the_shipped_lists_are_read(folder):
    path = shipped("content", "authenticators", *folder, "authenticators.csv")

    policy = read(path.read_text(encoding="utf-8"), place=path.name)

    assert policy.models
    assert (ANY in policy.models) is bool(folder)
    if not folder:
        assert {model.needs for model in policy.models.values()} == {Attested.CERTIFIED}
