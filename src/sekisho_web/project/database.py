"""Which database, and as whom: the given one, or the embedded one of the home."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from sekisho_links.postgres import running

POOL_WAIT = 2  # seconds; a page that waits longer for a connection is a 503
THREADS = 4
ENGINE = "django.db.backends.postgresql"


def database(
    *, home: Path, url: str | None, owner_url: str | None, role: str, pooled: bool
) -> dict[str, object]:
    """Return Django's description of the database for `role` (app or owner).

    Where nothing is given and nothing runs in `home`, it names a socket that does not answer:
    what needs no database (a form, a type check) works, and all else says that it cannot connect.
    """
    given = owner_url or url if role == "owner" else url
    if not given and (endpoint := running(home)):
        given = endpoint.url(role)
    parts = urlsplit(given or f"postgres://sekisho_{role}@/sekisho?host=/nonexistent")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    options: dict[str, object] = {"prepare_threshold": 5}
    if pooled and role == "app":
        options["pool"] = {"min_size": 1, "max_size": THREADS + 2, "timeout": POOL_WAIT}
    host, port = query.pop("host", parts.hostname or ""), query.pop("port", parts.port or "")
    return {
        "ENGINE": ENGINE,
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port),
        "OPTIONS": options | query,
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
    }
