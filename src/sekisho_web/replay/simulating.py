"""A version is tried on recorded traffic (試算); the result is kept, and stays."""

from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from sekisho.errors import SekishoError
from sekisho.ledger.leaves import Kind
from sekisho.policy.life import State
from sekisho.policy.sheets import Unreadable
from sekisho.replay.simulated import nothing
from sekisho.reports.simulations import sentence
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person
from sekisho_web.ledger import operations as ledger
from sekisho_web.policy import operations as policy
from sekisho_web.policy.models import Change, Version
from sekisho_web.policy.versions import policy_of
from sekisho_web.replay.models import Simulation
from sekisho_web.replay.simulations import investigations
from sekisho_web.trace.models import Investigation

TRIABLE = (State.CHECKED, State.TRIED)
MOST = 60_000_000  # looks that a page waits for: about ten seconds
TOO_MANY = Refusal(
    reason="この期間の記録は、画面で試すには多すぎます",
    remedy="期間を短くするか、sekisho simulate で試してください",
)
NEVER = frozenset({State.DRAFT, State.RETIRED})


class CannotSimulate(Exception):
    """A simulation that cannot be made now. Nothing was kept."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def refusal_to_simulate(change: Change) -> Refusal | None:
    """Return why the draft of `change` may not be tried now, or None."""
    if State(change.state) in NEVER:
        return Refusal(
            reason="点検を通った下書きではありません", remedy="点検を通してから試算してください"
        )
    return None


@transaction.atomic
def simulate(
    *,
    change: Change,
    investigation: Investigation | None,
    first: date | None,
    until: date | None,
    by: Person,
    now: datetime,
    moves: bool,
) -> Simulation:
    """Try the present draft of `change` on recorded traffic, keep the result and return it.

    investigation: what is tried on; None only where there is none that kept its looks: that there
                   is no traffic is then the result.
    first, until:  days of Japan, `until` not counted; None: everything.
    moves:         whether the change goes to 試行 by it; only for who writes changes.

    Raises CannotSimulate. The change is entered in the ledger with the digest of the result.
    """
    if refusal := refusal_to_simulate(change):
        raise CannotSimulate(refusal)
    if investigation is None and investigations():
        raise CannotSimulate(
            Refusal(reason="試す調査が選ばれていません", remedy="調査を選び直してください")
        )
    content = policy.content_of(change)
    try:
        old, new = policy_of(change.base_id), policy_of(content)
        if investigation is None:
            found = nothing(old=old.hash, new=new.hash, first=first, until=until)
        else:
            from sekisho_links.trace import simulate as link  # noqa: PLC0415 - an extra

            folder = Path(investigation.folder)
            if link.looks_in(folder, first=first, until=until) > MOST:
                raise CannotSimulate(TOO_MANY)
            found = link.simulate(old, new, folder, first=first, until=until)
    except Unreadable as error:
        raise CannotSimulate(
            Refusal(reason="この下書きは読めません", remedy=f"{error.errors[0]}")
        ) from error
    except SekishoError as error:
        raise CannotSimulate(
            Refusal(reason=error.problem, remedy=error.remedy or "やり直してください")
        ) from error
    kept = Simulation.objects.create(
        change=change,
        version=Version.objects.get(pk=content),
        base_id=change.base_id,
        investigation=investigation,
        first=first,
        until=until,
        result=found.as_json(),
        digest=found.digest,
        made_at=now,
        by=by,
    )
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=kept,
        at=now,
        details={"act": "試算", "version": content, "digest": found.digest},
    )
    if moves and State(change.state) in TRIABLE:
        try:
            policy.tried(
                change=change,
                content=content,
                digest=found.digest,
                said={"sentence": sentence(found), "simulation": kept.pk},
                by=by,
                now=now,
            )
        except policy.Refused as error:  # it was edited meanwhile
            raise CannotSimulate(error.refusal) from error
    return kept
