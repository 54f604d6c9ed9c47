"""Sessions in our own table: each row knows whose it is, and none knows the key it is opened by.

The key stands in the cookie alone. The table has its SHA-256 digest, so that who reads the table
can open no session. A row that was deleted never comes back: neither by a save at the end of a
request that was still running, nor by a change of the key in it.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import SynchronousOnlyOperation
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.dateparse import parse_datetime

from sekisho_web.accounts.models import Session
from sekisho_web.frame.addresses import is_address

USE = "use"  # in the session: the hat that is worn, with its purpose
COUNTED = "counted"  # in the session: the counted use begun in it: system, until
BEGAN, SEEN, TERMINAL, ADDRESS, SIGN_IN = "began_at", "seen_at", "terminal", "address", "sign_in"
ASYNC = "The site has no asynchronous view."
PASSWORD_DUE = "password_due"  # noqa: S105  # why the password must be changed before all else


def kept(key: str) -> str:
    """Return what the table keeps of a session's key."""
    return sha256(key.encode()).hexdigest()


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row of this session; its own columns are what the data says."""
        row = cast("Session", super().create_model_instance(data))
        row.session_key = kept(row.session_key)
        row.person_id = _number(data.get(SESSION_KEY))
        row.hat_id = _number((data.get(USE) or {}).get("post"))
        row.sign_in_id = _number(data.get(SIGN_IN))
        row.device = str(data.get(TERMINAL) or "")
        row.address = _address(data.get(ADDRESS))
        row.began_at, row.seen_at = _time(data.get(BEGAN)), _time(data.get(SEEN))
        return row

    def load(self) -> dict[str, Any]:
        """Return what the session holds; without a row, nothing, and the key is forgotten."""
        row = Session.objects.filter(
            session_key=kept(self.session_key or ""), expire_date__gt=timezone.now()
        ).first()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row.session_data)

    def create(self) -> None:
        """Begin a session under a new key, with what is in it already, by one statement.

        That the key is new is not asked before: of 160 random bits none comes twice, and the
        database would refuse it.
        """
        self._session_key = get_random_string(32, VALID_KEY_CHARS)
        self._session_cache = getattr(self, "_session_cache", {})
        self.save(must_create=True)
        self.modified = True

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(session_key=kept(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.filter(session_key=kept(key)).delete()

    def cycle_key(self) -> None:
        """Go on under a new key, at once and with everything in it.

        Raise SessionInterrupted where the session was ended while this request ran: what was
        ended elsewhere does not go on under another name.
        """
        data, old = self._get_session(), self.session_key  # type: ignore[attr-defined]  # no stub
        if old is not None:
            ended, _ = Session.objects.filter(session_key=kept(old)).delete()
            if not ended:
                raise SessionInterrupted("The session was ended while the request was running.")
        self._session_cache = data
        self.create()

    # Django's own asynchronous ways would look for the key itself, and not for its digest.
    async def aload(self) -> dict[str, Any]:
        raise SynchronousOnlyOperation(ASYNC)

    async def aexists(self, session_key: str) -> bool:  # noqa: ARG002  # Django's signature
        raise SynchronousOnlyOperation(ASYNC)

    async def adelete(self, session_key: str | None = None) -> None:  # noqa: ARG002  # the same
        raise SynchronousOnlyOperation(ASYNC)

    async def asave(self, must_create: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  # the same
        raise SynchronousOnlyOperation(ASYNC)


def _number(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else None


def _time(value: object) -> datetime | None:
    return parse_datetime(value) if isinstance(value, str) else None


def _address(value: object) -> str | None:
    text = str(value or "")
    return text if is_address(text) else None
