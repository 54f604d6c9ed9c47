"""The key that signs certificates: made at its first use, kept in the home, never shown."""

import os
import secrets
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sekisho.errors import SekishoError

SIZE = 32
NAME = "certificate.key"


class NoKey(SekishoError):
    """The key cannot be read, or is not one."""


def signing_key(home: Path) -> Ed25519PrivateKey:
    """Return the key of this home, made where there is none (0600, its own file).

    Raises NoKey where it is not whole, or where others than its owner may read it.
    """
    path = home / "keys" / NAME
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise NoKey(
            "証明書の鍵を、ほかの利用者も読めます",
            place=str(path),
            remedy="この鍵を捨て（chmod 600 では足りません）、新しい公開鍵を配り直してください",
        )
    data = path.read_bytes()
    if len(data) != SIZE:
        raise NoKey(
            f"証明書の鍵が {len(data)} バイトです（{SIZE} バイトのはずです）",
            place=str(path),
            remedy="控えから戻すか、捨てて新しい公開鍵を配り直してください",
        )
    return Ed25519PrivateKey.from_private_bytes(data)


def public_text(key: Ed25519PublicKey) -> str:
    """Return a public key as it is printed and handed on: its 32 bytes in base64."""
    return b64encode(key.public_bytes_raw()).decode()


def public_key(text: str) -> Ed25519PublicKey:
    """Return the public key that `text` says. Raises NoKey where it is not one."""
    try:
        data = b64decode(text.strip(), validate=True)
        if b64encode(data).decode() == text.strip() and len(data) == SIZE:
            return Ed25519PublicKey.from_public_bytes(data)
    except ValueError:
        pass
    raise NoKey(
        "公開鍵として読めません",
        place="公開鍵",
        remedy="証明の画面か、証明書を作ったときに出た 44 文字をそのまま渡してください",
    )


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(secrets.token_bytes(SIZE))
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(part, path)  # whole, or not at all; the first one stays
    except FileExistsError:
        pass
    finally:
        part.unlink()
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
