"""Sessions in our own table: each row knows its person, so that a stop can delete them."""

from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from sekisho_web.accounts.models import Session


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast("Session", super().create_model_instance(data))
        known = str(data.get(SESSION_KEY, ""))
        row.person_id = int(known) if known.isdigit() else None
        return row
