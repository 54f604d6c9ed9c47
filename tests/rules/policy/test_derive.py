"""From facts to the eight values of a request, at both sides of each edge."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts.levels import FACTORS_OF_METHOD
from sekisho.accounts.life import Account, is_dormant
from sekisho.policy.attributes import PROFILE
from sekisho.policy.derive import (
    _PRECEDENCE,
    Device,
    Emergency,
    Grant,
    Post,
    RequestFacts,
    derive_request,
)
from sekisho.terms.periods import Period
from sekisho_links.policy.folders import shipped_policy

NOON = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)  # noon in Japan
MOMENT = timedelta(microseconds=1)
OPEN = Period(starts=NOON - timedelta(days=400))
OVER = Period(starts=NOON - timedelta(days=400), ends=NOON)
LASTS = Period(starts=NOON - timedelta(days=1), ends=NOON + MOMENT)
COMING = Period(starts=NOON + MOMENT)
STARTS = Period(starts=NOON)

FACTS = RequestFacts(
    posts=(Post(viewer_class="新電力", period=OPEN),),
    purpose="小売供給",
    grant=Grant(kind="standing", period=OPEN),
    device=Device(terminal="小売登録端末", period=OPEN),
    methods=frozenset({"password", "passkey"}),
    proof_age=3600,
    account=Account(issued_at=NOON - timedelta(days=30), post=OPEN),
    screen_kind="詳細",
)


def derived(name, **facts):
    return derive_request(replace(FACTS, **facts), NOON).get(name)


def test_an_ordinary_look_has_all_eight_values():
    assert derive_request(FACTS, NOON) == {
        "閲覧者区分": "新電力",
        "利用目的": "小売供給",
        "状況": "平常",
        "承認": "常時",
        "端末": "小売登録端末",
        "認証": "多要素",
        "アカウント状態": "有効",
        "画面区分": "詳細",
    }


def test_what_cannot_be_told_is_absent():
    assert derive_request(RequestFacts(posts=None, drills=None), NOON) == {
        "承認": "なし",
        "端末": "未登録端末",
    }


def test_a_value_that_the_sheet_does_not_have_is_absent():
    attributes = shipped_policy().attributes
    facts = replace(FACTS, purpose="雑談")

    assert "利用目的" not in derive_request(facts, NOON, attributes=attributes)
    assert set(derive_request(FACTS, NOON, attributes=attributes)) == set(PROFILE)


def test_the_precedence_is_that_of_the_sheet():
    values = shipped_policy().attributes["閲覧者区分"].values

    assert tuple(v.word for v in sorted(values, key=lambda v: v.precedence)) == _PRECEDENCE


@pytest.mark.parametrize(
    ("posts", "expected"),
    [
        pytest.param(
            [("送配電託送", OPEN), ("関係小売営業", OPEN)], "関係小売営業", id="小売の兼務"
        ),
        pytest.param(
            [("送配電託送", OPEN), ("関係小売営業", OVER)], "送配電託送", id="兼務の終わり"
        ),
        pytest.param(
            [("送配電託送", OPEN), ("関係小売営業", STARTS)], "関係小売営業", id="発令の瞬間"
        ),
        pytest.param([("送配電託送", COMING)], None, id="発令の前"),
        pytest.param([("送配電託送", OPEN), (None, OPEN)], None, id="区分の分からない発令がある"),
        pytest.param([("送配電託送", OPEN), ("知らない区分", OPEN)], None, id="知らない区分"),
        pytest.param([], None, id="発令がない"),
    ],
)
def test_the_viewer_class_of_posts(posts, expected):
    of = tuple(Post(viewer_class=name, period=period) for name, period in posts)

    assert derived("閲覧者区分", posts=of) == expected
    with_sheet = derive_request(
        replace(FACTS, posts=of), NOON, attributes=shipped_policy().attributes
    )
    assert with_sheet.get("閲覧者区分") == expected


@pytest.mark.parametrize(
    ("hat", "roster", "expected"),
    [
        pytest.param(True, LASTS, "災害応援", id="名簿に載り帽子を替えた"),
        pytest.param(False, LASTS, "新電力", id="帽子を替えていない"),
        pytest.param(True, OVER, "新電力", id="名簿の期間が終わった"),
    ],
)
def test_relief_needs_the_roster_and_the_hat(hat, roster, expected):
    assert derived("閲覧者区分", relief=(roster,), relief_hat=hat) == expected


@pytest.mark.parametrize(
    ("drills", "emergencies", "expected"),
    [
        pytest.param((), (), "平常", id="何もない"),
        pytest.param((), (LASTS,), "非常災害", id="終わりの直前"),
        pytest.param((), (OVER,), "平常", id="終わった瞬間"),
        pytest.param((), (STARTS,), "非常災害", id="始まった瞬間"),
        pytest.param((LASTS,), (LASTS,), "訓練", id="訓練が先に立つ"),
        pytest.param(None, (LASTS,), None, id="訓練か分からない"),
    ],
)
def test_the_circumstance(drills, emergencies, expected):
    declared = tuple(Emergency(districts=frozenset({"0901"}), period=of) for of in emergencies)

    assert derived("状況", drills=drills, emergencies=declared) == expected
    assert derived("状況", drills=drills, emergencies=None) is None


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        pytest.param(None, "なし", id="許可がない"),
        pytest.param(Grant(kind="per_use", period=LASTS), "都度承認済", id="終わりの直前"),
        pytest.param(Grant(kind="per_use", period=OVER), "失効", id="終わった瞬間"),
        pytest.param(Grant(kind="dual", period=STARTS), "二者承認済", id="始まった瞬間"),
        pytest.param(Grant(kind="dual", period=COMING), "なし", id="始まる前"),
        pytest.param(Grant(kind="dual", period=OPEN, revoked_at=NOON), "失効", id="取り消した瞬間"),
        pytest.param(
            Grant(kind="dual", period=OPEN, revoked_at=NOON + MOMENT), "二者承認済", id="取消しの前"
        ),
        pytest.param(
            Grant(kind="per_use", period=OPEN, emergency=OVER), "失効", id="非常災害が終わった"
        ),
        pytest.param(Grant(kind="unheard_of", period=OPEN), None, id="知らない種別"),
    ],
)
def test_the_approval(grant, expected):
    assert derived("承認", grant=grant) == expected


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        pytest.param(None, "未登録端末", id="台帳にない"),
        pytest.param(Device(terminal="送配電端末", period=OPEN), "送配電端末", id="台帳にある"),
        pytest.param(Device(terminal="送配電端末", period=OVER), "未登録端末", id="台帳から外れた"),
        pytest.param(Device(terminal=None, period=OPEN), None, id="区分がない"),
        pytest.param(
            Device(terminal="災害貸与端末", period=OPEN, loans=(OVER, LASTS)),
            "災害貸与端末",
            id="貸している",
        ),
        pytest.param(
            Device(terminal="災害貸与端末", period=OPEN, loans=(OVER,)),
            "未登録端末",
            id="貸与が終わった瞬間",
        ),
    ],
)
def test_the_terminal(device, expected):
    assert derived("端末", device=device) == expected


@pytest.mark.parametrize(
    ("methods", "age", "expected"),
    [
        pytest.param({"password", "passkey"}, 0, "都度認証", id="いま"),
        pytest.param({"password", "passkey"}, 300, "都度認証", id="300秒"),
        pytest.param({"password", "passkey"}, 301, "多要素", id="301秒"),
        pytest.param({"password", "passkey"}, -1, "多要素", id="時計の狂い"),
        pytest.param({"password", "passkey"}, None, None, id="経過が分からない"),
        pytest.param({"passkey"}, 10, "単要素", id="パスキーだけ"),
        pytest.param({"password"}, 10, "単要素", id="パスワードだけ"),
        pytest.param({"passkey", "certificate"}, 10, "単要素", id="持ち物だけ二つ"),
        pytest.param({"certificate", "registered_source"}, 9999, "多要素", id="連携"),
        pytest.param({"certificate"}, 9999, "単要素", id="証明書だけ"),
        pytest.param({"password", "telepathy"}, 10, None, id="知らない方式"),
        pytest.param(set(), 10, None, id="方式がない"),
    ],
)
def test_the_authentication(methods, age, expected):
    assert derived("認証", methods=frozenset(methods), proof_age=age) == expected


ACCOUNT = Account(issued_at=NOON - timedelta(days=30), post=OPEN)


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        pytest.param(ACCOUNT, "有効", id="ふつう"),
        pytest.param(None, None, id="アカウントが分からない"),
        pytest.param(replace(ACCOUNT, issued_at=None), None, id="発行日が分からない"),
        pytest.param(replace(ACCOUNT, post=None), None, id="発令が分からない"),
        pytest.param(replace(ACCOUNT, issued_at=NOON + MOMENT), None, id="発行の前"),
        pytest.param(replace(ACCOUNT, post=OVER), "異動済", id="発令が終わった瞬間"),
        pytest.param(replace(ACCOUNT, holds=(LASTS,)), "停止中", id="停止が掛かっている"),
        pytest.param(replace(ACCOUNT, holds=(OVER,)), "有効", id="停止が解けた瞬間"),
        pytest.param(replace(ACCOUNT, closed_at=NOON), "停止中", id="閉じた瞬間"),
        pytest.param(replace(ACCOUNT, post=OVER, holds=(LASTS,)), "停止中", id="停止が先に立つ"),
        pytest.param(
            replace(ACCOUNT, issued_at=datetime(2025, 11, 30, 14, 59, tzinfo=UTC)),
            "休眠",
            id="発行から6か月（5月30日で満了）",
        ),
        pytest.param(
            replace(
                ACCOUNT,
                issued_at=datetime(2025, 1, 1, tzinfo=UTC),
                last_used_at=datetime(2025, 12, 1, 15, 0, tzinfo=UTC),
            ),
            "有効",
            id="日本では12月2日に使った",
        ),
        pytest.param(
            replace(
                ACCOUNT,
                issued_at=datetime(2025, 1, 1, tzinfo=UTC),
                last_used_at=datetime(2025, 12, 1, 14, 59, tzinfo=UTC),
            ),
            "休眠",
            id="日本では12月1日に使った",
        ),
    ],
)
def test_the_state_of_the_account(account, expected):
    assert derived("アカウント状態", account=account) == expected


YEARS = timedelta(days=3650) // timedelta(seconds=1)
moments = st.integers(0, YEARS).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(moments, moments, moments)
def test_a_period_holds_from_its_start_until_before_its_end(starts, ends, at):
    assert Period(starts=starts, ends=ends).holds(at) == (starts <= at < ends)
    assert Period(starts=starts).holds(at) == (starts <= at)


@given(moments, moments)
def test_once_dormant_an_account_stays_so_until_it_is_used(since, at):
    if is_dormant(since=since, at=at):
        assert is_dormant(since=since, at=at + timedelta(days=1))
        assert at > since


@given(
    st.frozensets(st.sampled_from(tuple(FACTORS_OF_METHOD))),
    st.none() | st.integers(-10, 10_000),
    moments,
)
def test_every_value_that_is_derived_is_in_the_sheet(methods, age, at):
    facts = replace(FACTS, methods=methods, proof_age=age)
    attributes = shipped_policy().attributes

    for name, value in derive_request(facts, at).items():
        assert value in attributes[name].words
