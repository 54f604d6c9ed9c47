import pytest

from sekisho_links.accounts.sign_on import BadSignOn, sign_ons

GOOD = """
[[provider]]
key = "kyuyo"
name = "九陽グループのサインオン"
issuer = "https://id.kyuyo.example"
client_id = "sekisho"
secret_file = "kyuyo.secret"
mfa_amr = ["mfa", "hwk"]
"""


@pytest.fixture
def home(tmp_path):
    (tmp_path / "kyuyo.secret").write_text("ひみつ\n", encoding="utf-8")
    (tmp_path / "kyuyo.secret").chmod(0o600)
    return tmp_path


def test_without_the_file_nobody_comes_so(home):
    assert sign_ons(home) == ()


def test_a_sign_on_is_read_with_its_secret_which_is_never_shown(home):
    (home / "oidc.toml").write_text(GOOD, encoding="utf-8")

    (found,) = sign_ons(home)

    assert found.provider.issuer == "https://id.kyuyo.example"
    assert found.provider.mfa_amr == {"mfa", "hwk"}
    assert found.secret == "ひみつ"
    assert "ひみつ" not in repr(found)


BAD = [
    pytest.param(GOOD.replace("https:", "http:"), "https", id="TLSなし"),
    pytest.param(GOOD.replace('key = "kyuyo"', 'key = "../x"'), "key", id="key の文字"),
    pytest.param(GOOD.replace('client_id = "sekisho"\n', ""), "client_id", id="項目がない"),
    pytest.param(GOOD.replace('["mfa", "hwk"]', '"mfa"'), "並び", id="並びでない"),
    pytest.param(GOOD + "verify = false\n", "知らない項目", id="知らない項目"),
    pytest.param(GOOD + GOOD, "同じ key", id="2つ"),
    pytest.param("provider = 1", "provider", id="形が違う"),
    pytest.param("[[provider", "読めません", id="TOMLでない"),
    pytest.param(GOOD.replace("kyuyo.secret", "gone.secret"), "gone.secret", id="秘密がない"),
]


@pytest.mark.parametrize(("text", "because"), BAD)
def test_a_file_that_is_not_safe_or_not_clear_is_refused(home, text, because):
    (home / "oidc.toml").write_text(text, encoding="utf-8")

    with pytest.raises(BadSignOn, match=because):
        sign_ons(home)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_secret_that_others_may_read_is_refused(home, mode):
    (home / "oidc.toml").write_text(GOOD, encoding="utf-8")
    (home / "kyuyo.secret").chmod(mode)

    with pytest.raises(BadSignOn, match="600"):
        sign_ons(home)
