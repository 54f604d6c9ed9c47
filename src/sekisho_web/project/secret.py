"""The key that signs sessions and terminals: a file of the home, made at the first start."""

import os
import secrets
from pathlib import Path

LENGTH = 50


def secret_key(home: Path, *, make: bool) -> str:
    """Return the key of `home`, made where there is none yet.

    make: whether the home itself may be made: somebody named it. Without a home nothing is
          written; the key then lives as long as the process, and so does what it signed.
    """
    path = home / "secret_key"
    if make:
        home.mkdir(parents=True, exist_ok=True)
    if not path.is_file():
        new = secrets.token_urlsafe(LENGTH)
        if not home.is_dir() or not os.access(home, os.W_OK):
            return new
        part = home / f"secret_key.{os.getpid()}.part"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(new)
        try:
            os.link(part, path)  # the first of two processes wins, and both read the same
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return path.read_text(encoding="ascii").strip()
