"""Why PostgreSQL is not there, with the remedy."""

from sekisho.errors import SekishoError


class CannotStart(SekishoError):
    """The embedded PostgreSQL did not start, or may not."""
