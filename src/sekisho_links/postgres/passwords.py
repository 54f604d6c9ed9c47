"""The passwords of the login roles: made once, kept for this user only, shown to nobody."""

import json
import secrets
from pathlib import Path

from sekisho_links.postgres.endpoint import private


def passwords_in(path: Path) -> dict[str, str]:
    """Return the password of each role, made at the first call."""
    try:
        known = {str(role): str(word) for role, word in json.loads(path.read_text()).items()}
    except FileNotFoundError:
        known = {}
    wanted = {
        role: known.get(role) or secrets.token_urlsafe(24)
        for role in ("dba", "owner", "app", "sealer")
    }
    if wanted != known:
        private(path, json.dumps(wanted))
    return wanted
