"""The certificate of a PKI card: the company's, valid now, for signing in, and not revoked."""

import threading
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from sekisho.terms.refusals import Refusal
from sekisho_links.accounts import certificates
from sekisho_links.accounts.certificates import Card, NotACertificate, UnreadableAuthority
from tests.links.accounts import cards
from tests.links.accounts.cards import DAY, Issuer
from tests.links.accounts.soft_keys import NOW

ISSUER = Issuer(now=NOW)
KEY = ec.generate_private_key(ec.SECP256R1())


def der(certificate):
    return certificate.public_bytes(Encoding.DER)


@pytest.fixture
def authority(tmp_path):
    return certificates.authority(**ISSUER.lay_down(tmp_path))


@pytest.mark.parametrize(
    "key",
    [KEY, rsa.generate_private_key(public_exponent=65537, key_size=2048)],
    ids=["楕円曲線", "RSA"],
)
def test_a_card_of_the_company_is_read(authority, key):
    shown = der(ISSUER.certify(key.public_key()))

    card = certificates.shown(shown, by=authority, now=NOW)

    assert isinstance(card, Card)
    assert card.fingerprint == sha256(shown).digest()
    assert card.subject == "山野 みどり"
    assert card.expires_at == NOW - DAY + timedelta(days=365)


def refused(certificate, *, by, now=NOW):
    answer = certificates.shown(der(certificate), by=by, now=now)
    assert isinstance(answer, Refusal)
    return str(answer)


def test_what_is_no_card_of_the_company_is_refused(authority):
    public = KEY.public_key()

    assert "認証局が出した" in refused(Issuer(now=NOW).certify(public), by=authority)
    assert "認証局が出した" in refused(ISSUER.certify(public, for_clients=False), by=authority)
    assert "認証局が出した" in refused(ISSUER.certify(public, ca=True), by=authority)
    assert "認証局が出した" in refused(ISSUER.root, by=authority)


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        pytest.param(NOW - timedelta(seconds=1), False, id="始まる前"),
        pytest.param(NOW, True, id="始まり"),
        pytest.param(NOW + DAY, True, id="終わり"),
        pytest.param(NOW + DAY + timedelta(seconds=1), False, id="終わった後"),
    ],
)
def test_a_card_is_good_in_its_time_only(authority, at, holds):
    certificate = ISSUER.certify(KEY.public_key(), starts=NOW, days=1)

    answer = certificates.shown(der(certificate), by=authority, now=at)

    assert isinstance(answer, Card) is holds


def test_a_revoked_card_is_refused(tmp_path):
    lost, other = ISSUER.certify(KEY.public_key()), ISSUER.certify(KEY.public_key())
    by = certificates.authority(**ISSUER.lay_down(tmp_path, lost))

    assert "この証明書は失効しています" in refused(lost, by=by)
    assert isinstance(certificates.shown(der(other), by=by, now=NOW), Card)


@pytest.mark.parametrize("days", [1, 0.5], ids=["今切れた", "切れている"])
def test_a_list_that_is_too_old_lets_nobody_in(tmp_path, days):
    by = certificates.authority(**ISSUER.lay_down(tmp_path, days=days))

    assert "一覧が古いか" in refused(ISSUER.certify(KEY.public_key()), by=by)


def test_a_list_that_the_authority_did_not_sign_is_no_list(tmp_path):
    paths = ISSUER.lay_down(tmp_path)
    paths["revoked"].write_bytes(Issuer(now=NOW).revoked())
    by = certificates.authority(**paths)

    assert "一覧が古いか" in refused(ISSUER.certify(KEY.public_key()), by=by)


@pytest.mark.parametrize("name", ["roots", "revoked"])
@pytest.mark.parametrize("content", [None, b"", b"not PEM"], ids=["ない", "空", "違う形"])
def test_an_authority_that_cannot_be_read_is_named(tmp_path, name, content):
    paths = ISSUER.lay_down(tmp_path)
    paths[name].unlink()
    if content is not None:
        paths[name].write_bytes(content)

    with pytest.raises(UnreadableAuthority, match=r"\.pem"):
        certificates.authority(**paths)


def test_the_header_is_one_byte_sequence():
    shown = der(ISSUER.certify(KEY.public_key()))

    assert certificates.in_header(f":{b64encode(shown).decode()}:") == shown


@pytest.mark.parametrize(
    "header",
    ["", ":", "MIIB", ":MIIB", ":MII!:", ":MIIB:, :MIIB:", ":" + "A" * 20_000 + ":"],
    ids=["空", "印だけ", "印なし", "片方", "違う字", "二つ", "長い"],
)
def test_a_header_of_another_shape_is_refused(header):
    with pytest.raises(NotACertificate):
        certificates.in_header(header)


def test_bytes_that_are_no_certificate_are_refused(authority):
    with pytest.raises(NotACertificate):
        certificates.shown(b"0\x03\x02\x01\x01", by=authority, now=NOW)


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def echo(tmp_path):
    """A site behind the proxy that says which card was shown to it."""
    issuer = Issuer(now=cards.now_in_utc())
    by = certificates.authority(**issuer.lay_down(tmp_path))

    def application(environ, start):
        header = environ.get("HTTP_CLIENT_CERT", "")
        try:
            read = certificates.in_header(header)
            said = str(certificates.shown(read, by=by, now=cards.now_in_utc()))
        except NotACertificate:
            said = f"no card: {header[:20]}"
        start("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        return [said.encode()]

    with make_server("127.0.0.1", 0, application, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield issuer, server.server_port
        server.shutdown()
        thread.join()


def test_a_real_token_shakes_hands_with_a_real_proxy(tmp_path, echo):
    cards.needed()
    issuer, site = echo
    folder = tmp_path / "card"
    folder.mkdir()
    token = cards.token(folder)
    request = token.request()
    assert request.is_signature_valid
    certificate = issuer.certify(request.public_key())

    with cards.proxy(tmp_path, site=site, issuer=issuer, now=issuer.now) as (port, root):
        forged = f"Client-Cert: :{b64encode(der(issuer.root)).decode()}:"
        said = token.get(port, "/", certificate=certificate, root=root, headers=[forged])

    assert sha256(der(certificate)).hexdigest()[:8]
    assert f"serial='{certificate.serial_number:x}'" in said
    assert "山野 みどり" in said


def test_the_proxy_takes_away_what_the_outside_wrote_itself(tmp_path, echo):
    cards.needed()
    import ssl
    import urllib.request

    issuer, site = echo
    with cards.proxy(tmp_path, site=site, issuer=issuer, now=issuer.now) as (port, root):
        trusted = ssl.create_default_context(cadata=root.public_bytes(Encoding.PEM).decode())
        shown = b64encode(der(issuer.certify(KEY.public_key()))).decode()
        asked = urllib.request.Request(
            f"https://localhost:{port}/", headers={"Client-Cert": f":{shown}:"}
        )
        with urllib.request.urlopen(asked, context=trusted) as answer:
            said = answer.read().decode()

    assert said == "no card: "
