"""A certificate of a server, made for one test."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

BEGINS = datetime(2020, 1, 1, tzinfo=UTC)


def made_for(folder, name, *, address=None):
    """Write a CA, a certificate of `name`, and its key, and return their files."""
    ca_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"CA of {folder.name}")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    ca = _begun(issuer, issuer, ca_key).add_extension(x509.BasicConstraints(True, None), True)
    names = [x509.DNSName(name), *([x509.IPAddress(ip_address(address))] if address else [])]
    own = _begun(subject, issuer, key).add_extension(x509.SubjectAlternativeName(names), False)
    files = [folder / part for part in ("ca.pem", "certificate.pem", "key.pem")]
    for file, request in zip(files, (ca, own), strict=False):
        signed = request.sign(ca_key, hashes.SHA256())
        file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    files[2].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    files[2].chmod(0o600)
    return files


def _begun(subject, issuer, key):
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINS)
        .not_valid_after(BEGINS + timedelta(days=36500))
    )
