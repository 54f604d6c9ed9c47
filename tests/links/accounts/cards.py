"""A PKI card for tests: a real token (SoftHSM2), a company's authority, and a real TLS proxy."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PROGRAMS = ("softhsm2-util", "pkcs11-tool", "certtool", "gnutls-cli", "haproxy")
PIN = "1234"
PATIENCE = 10
DAY = timedelta(days=1)


def missing():
    """Return why no real card can be made here, or None where one can."""
    absent = [program for program in PROGRAMS if shutil.which(program, path=PATH) is None]
    if not MODULE.exists():
        absent.append(str(MODULE))
    if not absent:
        return None
    return (
        f"{'、'.join(absent)} がないため、本物のトークンでの試験を行いません"
        "（apt install softhsm2 opensc gnutls-bin haproxy）"
    )


PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def needed():
    """Skip the test, with the reason, where no real card can be made; fail where one must be."""
    if reason := missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


class Issuer:
    """The authority of the company's cards: it certifies keys, and revokes."""

    def __init__(self, *, now, name="九陽電力 職員証認証局"):
        self.now = now
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        identifier = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        self.root = (
            self._builder(self.name, self.key.public_key(), starts=now - DAY, days=3650)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
            .add_extension(identifier, critical=False)
            .sign(self.key, SHA256())
        )

    def certify(
        self, public, *, name="山野 みどり", starts=None, days=365, for_clients=True, ca=False
    ):
        """Return the certificate of a card whose public key is `public`."""
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if for_clients else ExtendedKeyUsageOID.SERVER_AUTH
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        return (
            self._builder(subject, public, starts=starts or self.now - DAY, days=days)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
            .sign(self.key, SHA256())
        )

    def revoked(self, *certificates, starts=None, days=7):
        """Return the list of revoked certificates, as PEM."""
        starts = starts or self.now - DAY
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.name)
            .last_update(starts)
            .next_update(starts + timedelta(days=days))
        )
        for certificate in certificates:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(certificate.serial_number)
                .revocation_date(starts)
                .build()
            )
        return builder.sign(self.key, SHA256()).public_bytes(Encoding.PEM)

    def lay_down(self, folder, *revoked, **traits):
        """Write the root and the list into `folder`, and return their paths."""
        root, crl = folder / "root.pem", folder / "revoked.pem"
        root.write_bytes(self.root.public_bytes(Encoding.PEM))
        crl.write_bytes(self.revoked(*revoked, **traits))
        return {"roots": root, "revoked": crl}

    def _builder(self, subject, public, *, starts, days):
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(starts)
            .not_valid_after(starts + timedelta(days=days))
        )


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token of SoftHSM2 that holds one key, which never leaves it."""

    folder: Path
    environment: dict

    def request(self):
        """Return a certificate signing request that the token itself signed."""
        template, out = self.folder / "template.cfg", self.folder / "request.pem"
        template.write_text('cn = "card"\nsigning_key\ntls_www_client\n', encoding="utf-8")
        self.run(
            *("certtool", "--provider", str(MODULE), "--generate-request"),
            *("--load-privkey", self.url("private"), "--load-pubkey", self.url("public")),
            *("--template", str(template), "--outfile", str(out)),
        )
        return x509.load_pem_x509_csr(out.read_bytes())

    def get(self, port, path, *, certificate, root, headers=()):
        """Return what a TLS server answers to whom shows this card."""
        held, trusted = self.folder / "card.pem", self.folder / "server-root.pem"
        held.write_bytes(certificate.public_bytes(Encoding.PEM))
        trusted.write_bytes(root.public_bytes(Encoding.PEM))
        asked = "\r\n".join([f"GET {path} HTTP/1.0", "Host: localhost", *headers, "", ""])
        return self.run(
            *("gnutls-cli", "--provider", str(MODULE), "--x509cafile", str(trusted)),
            *("--x509certfile", str(held), "--x509keyfile", self.url("private")),
            *("--logfile", str(self.folder / "tls.log"), "-p", str(port), "localhost"),
            told=asked,
        )

    def url(self, kind):
        return f"pkcs11:token=card;object=card;type={kind}"

    def run(self, *command, told=None):
        done = subprocess.run(
            command, env=self.environment, input=told, capture_output=True, text=True,
            check=False, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


def token(folder):
    """Return a new token in `folder`, with a key made inside it."""
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n",
        encoding="utf-8",
    )
    environment = os.environ | {
        "SOFTHSM2_CONF": str(settings), "GNUTLS_PIN": PIN, "PATH": PATH,
    }  # fmt: skip
    made = Token(folder=folder, environment=environment)
    made.run(
        *("softhsm2-util", "--init-token", "--free", "--label", "card"),
        *("--pin", PIN, "--so-pin", "12345678"),
    )
    made.run(
        *("pkcs11-tool", "--module", str(MODULE), "--login", "--pin", PIN),
        *("--token-label", "card", "--keypairgen", "--key-type", "EC:prime256v1"),
        *("--label", "card", "--id", "01"),
    )
    return made


@contextmanager
def proxy(folder, *, site, issuer, now):
    """Yield the port of a TLS proxy (HAProxy) before the port `site`, set up as we document it."""
    server = Issuer(now=now, name="試験の認証局")
    key = ec.generate_private_key(ec.SECP256R1())
    shown = (
        server._builder(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
            key.public_key(), starts=now - DAY, days=30,
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(server.key, SHA256())
    )  # fmt: skip
    both = folder / "server.pem"
    both.write_bytes(
        shown.public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    cards = folder / "cards.pem"
    cards.write_bytes(issuer.root.public_bytes(Encoding.PEM))
    port, settings = _free(), folder / "haproxy.cfg"
    settings.write_text(
        f"""defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend tls
  bind 127.0.0.1:{port} ssl crt {both} ca-file {cards} verify optional
  http-request del-header Client-Cert
  http-request del-header X-Forwarded-Proto
  http-request set-header X-Forwarded-Proto https
  http-request set-header Client-Cert :%[ssl_c_der,base64]: if {{ ssl_c_used }}
  default_backend site
backend site
  server one 127.0.0.1:{site}
""",
        encoding="utf-8",
    )
    running = subprocess.Popen(
        ["haproxy", "-f", str(settings)], env={"PATH": PATH}, stderr=subprocess.PIPE
    )
    try:
        _wait_for(port, running)
        yield port, server.root
    finally:
        running.terminate()
        running.wait(timeout=PATIENCE)
        running.stderr.close()


def now_in_utc():
    """Return this moment, to the second: certificates know no smaller one."""
    return datetime.fromtimestamp(int(time.time()), UTC)


def _usage(**named):
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: named.get(name, False) for name in names})


def _free():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _wait_for(port, process):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, process.stderr.read()
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the proxy did not open")
