"""No second factor without a ticket, and nobody issues one for themselves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts.authenticators import TicketKind
from sekisho.accounts.tickets import (
    Holder,
    Issued,
    Issuer,
    refusal_to_issue,
    refusal_to_revoke,
    refusal_to_use,
    refusal_to_withdraw,
)
from tests.rules.accounts import twins

NOON = datetime(2026, 4, 1, 3, tzinfo=UTC)
OFFICER = Issuer(person=1, is_officer=True, is_superior=False)
HOLDER = Holder(person=2, had=0, open=0, held=False)
TICKET = Issued(person=2, kind=TicketKind.FIRST, expires_at=NOON + timedelta(hours=72))


def refused(issuer=OFFICER, holder=HOLDER, kind=TicketKind.FIRST, checked="社員証と顔"):
    return refusal_to_issue(issuer=issuer, holder=holder, kind=kind, checked=checked)


def test_an_officer_or_the_superior_issues():
    assert refused() is None
    assert refused(Issuer(person=1, is_officer=False, is_superior=True)) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"issuer": replace(OFFICER, person=2)}, "自分の登録票", id="自分"),
        pytest.param({"issuer": replace(OFFICER, is_officer=False)}, "利用責任者か", id="他人"),
        pytest.param({"holder": replace(HOLDER, held=True)}, "停止中", id="停止中"),
        pytest.param({"checked": ""}, "確かめたかが書かれていません", id="確かめていない"),
        pytest.param({"checked": "  a "}, "確かめたかが書かれていません", id="書いたふり"),
        pytest.param({"holder": replace(HOLDER, had=1)}, "登録したことがあります", id="二度目"),
        pytest.param({"kind": TicketKind.ADDITIONAL}, "使用中の認証器がありません", id="追加"),
        pytest.param({"kind": TicketKind.REPLACEMENT}, "取り替える認証器がありません", id="取替え"),
    ],
)  # fmt: skip
def test_what_may_not_be_issued(change, words):
    refusal = refused(**change)

    assert words in refusal.reason
    assert refusal.remedy


@given(
    st.builds(
        Issuer, person=st.integers(1, 3), is_officer=st.booleans(), is_superior=st.booleans()
    ),
    st.builds(
        Holder, person=st.integers(1, 3), had=st.integers(0, 2), open=st.integers(0, 2),
        held=st.booleans(),
    ),
    st.sampled_from(TicketKind),
)  # fmt: skip
def test_nobody_issues_for_themselves_whatever_they_are(issuer, holder, kind):
    if issuer.person == holder.person or not (issuer.is_officer or issuer.is_superior):
        assert refused(issuer, holder, kind)


@pytest.mark.parametrize("twin", twins.ISSUING, ids=lambda twin: twin.__name__)
def test_a_twin_that_lets_somebody_issue_for_themselves_is_caught(twin):
    own = replace(OFFICER, person=2)

    assert refused(own)
    assert twin(issuer=own, holder=HOLDER, kind=TicketKind.FIRST, checked="社員証と顔") is None


def test_a_lost_key_is_replaced_even_where_none_is_left():
    lost = replace(HOLDER, had=1, open=0)

    assert refused(holder=lost, kind=TicketKind.REPLACEMENT) is None
    assert refused(holder=lost, kind=TicketKind.ADDITIONAL)


@pytest.mark.parametrize(
    ("ticket", "person", "words"),
    [
        pytest.param(None, 2, "この番号の登録票は使えません", id="番号がない"),
        pytest.param(TICKET, 3, "この番号の登録票は使えません", id="他人の票"),
        pytest.param(replace(TICKET, withdrawn_at=NOON), 2, "登録票は使えません", id="取消し"),
        pytest.param(replace(TICKET, used_at=NOON), 2, "使用済み", id="使用済み"),
        pytest.param(replace(TICKET, expires_at=NOON), 2, "72時間", id="ちょうど期限"),
    ],
)  # fmt: skip
def test_a_ticket_that_is_not_good(ticket, person, words):
    assert words in refusal_to_use(ticket, person=person, now=NOON).reason


def test_a_ticket_is_good_until_its_last_moment():
    last = replace(TICKET, expires_at=NOON + timedelta(microseconds=1))

    assert refusal_to_use(last, person=2, now=NOON) is None


def test_only_a_ticket_that_could_be_used_is_withdrawn():
    assert refusal_to_withdraw(TICKET, now=NOON) is None
    assert "使用済み" in refusal_to_withdraw(replace(TICKET, used_at=NOON), now=NOON).reason
    assert refusal_to_withdraw(replace(TICKET, withdrawn_at=NOON), now=NOON)
    assert refusal_to_withdraw(replace(TICKET, expires_at=NOON), now=NOON)


@pytest.mark.parametrize(
    ("by", "is_officer", "revoked_at", "may"),
    [
        pytest.param(2, False, None, True, id="本人"),
        pytest.param(1, True, None, True, id="責任者"),
        pytest.param(1, False, None, False, id="他人"),
        pytest.param(2, False, NOON, False, id="もう失効"),
    ],
)
def test_who_revokes(by, is_officer, revoked_at, may):
    refusal = refusal_to_revoke(owner=2, by=by, is_officer=is_officer, revoked_at=revoked_at)

    assert (refusal is None) is may
