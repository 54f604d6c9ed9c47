"""Wrong tries: counted, recorded, after a while not looked at, and forgiven by somebody else."""

from datetime import datetime

from allauth.core import ratelimit
from axes.models import AccessAttempt
from django.db import transaction
from django.http import HttpRequest

from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.queries.tries import FAILED, key_of
from sekisho_web.frame.addresses import client_address
from sekisho_web.ledger import operations as ledger

SHORTEST_NOTE = 4


class CannotForgive(Exception):
    """Somebody may not be let in again so."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def count_failure(request: HttpRequest, *, person: Person, now: datetime) -> bool:
    """Count and record a wrong password in an open session; return whether it is one too many.

    It is one count with the second factor: guesses are guesses.
    """
    device = getattr(request, "device", None)
    ledger.record_failed_sign_in(
        login=person.login,
        at=now,
        reason="いまのパスワードの違い",
        address=client_address(request),
        device=device.number if device else None,
    )
    return not ratelimit.consume(request, action=FAILED, key=key_of(person))


def refusal_to_forgive(*, by: Person, login: str, note: str) -> Refusal | None:
    """Return why `by` may not let `login` try again, or None. Their scope is asked before."""
    if by.login == login:
        return Refusal(
            reason="自分の利用停止（入力の誤り）は解けません",
            remedy="15分待つか、ほかの責任者に頼んでください",
        )
    if len(note.strip()) < SHORTEST_NOTE:
        return Refusal(
            reason="解く理由が書かれていません",
            remedy="本人をどう確かめたかを書いてください",
        )
    return None


@transaction.atomic
def forgive(
    request: HttpRequest, *, login: str, person: Person | None, note: str, now: datetime
) -> int:
    """Let `login` try again: forget wrong passwords and wrong second factors; return how many rows.

    person: whose ID it is; None where nobody has it. Entered in the ledger with the reason.
    Raises CannotForgive where the rule refuses (one's own, no reason).
    """
    by = request.user
    assert isinstance(by, Person)  # noqa: S101  # the door lets nobody else in
    if refusal := refusal_to_forgive(by=by, login=login, note=note):
        raise CannotForgive(refusal)
    forgotten: int
    forgotten, _ = AccessAttempt.objects.filter(username=login).delete()
    if person is not None:
        ratelimit.clear(request, action=FAILED, key=key_of(person))
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=person or f"login:{login}",
        at=now,
        details={"act": "入力の誤りによる停止を解く", "reason": note.strip()},
    )
    return forgotten
