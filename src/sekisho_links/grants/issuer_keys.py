"""The keys by which the launcher signs who it let in: files of the home, the newest signs.

A new key is a new file; an old one is published until it is taken away. The first is made when it
is first needed, by whichever process needs it, and both of two processes then read the same.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

FOLDER = "issuer"
FIRST = "0001.pem"
BITS = 3072


def issuer_keys(home: Path) -> Sequence[str]:
    """Return the keys of `home` as PEM, the one that signs last. Made where there is none."""
    folder = home / FOLDER
    found = _read(folder)
    if not found:
        make_key(folder / FIRST)
        found = _read(folder)
    return found


def make_key(path: Path) -> None:
    """Make a key at `path`, readable by its owner alone. One that is there already stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    body = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
    try:
        os.link(part, path)  # the first of two processes wins
    except FileExistsError:
        pass
    finally:
        part.unlink()


def _read(folder: Path) -> Sequence[str]:
    return tuple(path.read_text(encoding="ascii") for path in sorted(folder.glob("*.pem")))
