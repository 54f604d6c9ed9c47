"""The secrets with which we enter targets: a file of the home that only we can read.

Never in the database: a dump of it opens no other system.
"""

import json
import os
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

from sekisho.errors import SekishoError

NAME = "targets.toml"
TABLE = "secrets"
OTHERS = 0o077


class SecretsUnsafe(SekishoError):
    """The file of secrets is open to others, or is not what it should be."""


def secret_of(home: Path, system: str) -> str:
    """Return the secret of the target of `system`; "" where none is kept.

    Raise SecretsUnsafe where somebody else could have read or written it.
    """
    return _kept(home).get(system, "")


def keep_secret(home: Path, system: str, secret: str) -> None:
    """Keep `secret` for the target of `system`; an empty one forgets it. All or nothing."""
    kept = dict(_kept(home))
    if secret:
        kept[system] = secret
    else:
        kept.pop(system, None)
    lines = [f"[{TABLE}]", *(f"{_quoted(key)} = {_quoted(kept[key])}" for key in sorted(kept))]
    handle, name = tempfile.mkstemp(dir=home, prefix=f".{NAME}-")  # 0600 from the first byte
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(home / NAME)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def has_secrets(home: Path) -> frozenset[str]:
    """Return the systems whose target has a secret. What it is stays here."""
    return frozenset(_kept(home))


def _kept(home: Path) -> Mapping[str, str]:
    path = home / NAME
    try:
        status = path.lstat()
    except FileNotFoundError:
        return {}
    if path.is_symlink() or status.st_mode & OTHERS or status.st_uid not in {os.getuid(), 0}:
        raise SecretsUnsafe(
            "反映先の秘密のファイルを、ほかの人も読めます",
            place=str(path),
            remedy="chmod 600 で持ち主だけにし、読まれたかもしれない秘密を交換してください",
        )
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8")).get(TABLE, {})
    except (tomllib.TOMLDecodeError, UnicodeError) as error:
        raise SecretsUnsafe(
            "反映先の秘密のファイルを読めません",
            place=str(path),
            remedy="sekisho target secret で入れ直してください",
        ) from error
    return {str(key): value for key, value in said.items() if isinstance(value, str)}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
