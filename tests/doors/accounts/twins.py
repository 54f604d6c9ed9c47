"""Deliberately wrong variants; each must be caught by the test of the right one."""

from sekisho_web.accounts.signed_in import _records


def believes_every_record(request):
    """Takes any record of the session for two factors, whoever wrote it."""
    return frozenset({"password", "passkey"} if _records(request) else ())


METHODS = [believes_every_record]
