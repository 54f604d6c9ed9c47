import json
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sekisho_links.accounts.sign_on import BadSignOn, Unsigned, claims_of, sign_ons

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


OURS = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
THEIRS = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
CURVE = ec.generate_private_key(ec.SECP256R1())
CLAIMS = {"sub": "7f3a", "exp": int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())}


def jwk(key, kid=None, **more):
    shown = json.loads(jwt.get_algorithm_by_name("RS256").to_jwk(key.public_key()))
    return shown | ({"kid": kid} if kid else {}) | more


def public_text(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def token(key=OURS, algorithm="RS256", **head):
    return jwt.encode(CLAIMS, key, algorithm=algorithm, headers=head)


def test_a_token_with_the_issuers_signature_is_read_whatever_it_claims():
    assert claims_of(token(), keys={"keys": [jwk(OURS)]}) == CLAIMS
    assert claims_of(token(kid="b"), keys={"keys": [jwk(THEIRS, "a"), jwk(OURS, "b")]}) == CLAIMS
    curve = json.loads(jwt.get_algorithm_by_name("ES256").to_jwk(CURVE.public_key()))
    assert claims_of(token(CURVE, "ES256"), keys={"keys": [curve]}) == CLAIMS


def shared(key):
    """Sign with the text of the public key, as if it were a secret that both know."""
    import hashlib
    import hmac
    from base64 import urlsafe_b64encode as b64

    head, body, _ = token().split(".")
    head = b64(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    made = hmac.new(public_text(key), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{b64(made).rstrip(b'=').decode()}"


SHARED = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "s"}
SECRET = b"secret-secret-secret-secret-secret"
UNSIGNED = [
    pytest.param(token(THEIRS), [jwk(OURS)], id="ほかの人の署名"),
    pytest.param(token(kid="z"), [jwk(OURS, "b")], id="知らない鍵の名"),
    pytest.param(token(), [jwk(OURS, "a"), jwk(THEIRS, "b")], id="どの鍵か分からない"),
    pytest.param(jwt.encode(CLAIMS, "", algorithm="none"), [jwk(OURS)], id="署名なし"),
    pytest.param(shared(OURS), [jwk(OURS)], id="公開鍵を合言葉にした署名"),
    pytest.param(jwt.encode(CLAIMS, SECRET, algorithm="HS256", headers={"kid": "s"}), [SHARED],
                 id="合言葉の署名"),
    pytest.param(token()[:-6] + "AAAAAA", [jwk(OURS)], id="書き換えた署名"),
    pytest.param("ただの文", [jwk(OURS)], id="形が違う"),
    pytest.param(None, [jwk(OURS)], id="ない"),
    pytest.param(token(), [], id="鍵がない"),
    pytest.param(token(), [{"kty": "?"}], id="鍵の形が違う"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "keys"), UNSIGNED)
def test_without_the_issuers_signature_nothing_is_read(text, keys):
    with pytest.raises(Unsigned):
        claims_of(text, keys={"keys": keys})


@pytest.mark.parametrize("keys", [{}, {"keys": None}, {"keys": "x"}])
def test_keys_in_another_form_verify_nothing(keys):
    with pytest.raises(Unsigned):
        claims_of(token(), keys=keys)


def believes_the_token(text):
    """A twin that reads what is claimed and verifies nothing."""
    return jwt.decode(text, options={"verify_signature": False})


def test_a_twin_that_verifies_nothing_is_caught():
    believed = [
        case.id
        for case in UNSIGNED
        if case.values[0] and "." in case.values[0] and believes_the_token(case.values[0])
    ]

    assert len(believed) >= 5
