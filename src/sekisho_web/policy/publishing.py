"""What becomes of a publication: done, or refused with the reason. Only the publisher calls it.

The application's role may ask to publish and no more: the database itself refuses it the rest.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from sekisho.ledger.leaves import Kind
from sekisho.policy.life import State
from sekisho.terms.refusals import Refusal
from sekisho_web.ledger import operations as ledger
from sekisho_web.policy.models import Change, Publication, Step


@transaction.atomic
def done(
    *, publication: Publication, previous: str, said: dict[str, Any], now: datetime
) -> Publication:
    """Write that the version of `publication` is live, in the transaction that put it there.

    previous: the hash of the version that it follows; its change has then ended.
    """
    publication.state = Publication.State.DONE
    publication.previous_id = previous
    publication.live_at = now
    publication.said = said
    publication.save(update_fields=["state", "previous", "live_at", "said"])
    if change := publication.change:
        for followed in Change.objects.filter(state=State.PUBLISHED).exclude(pk=change.pk):
            _go(followed, State.RETIRED, version=previous, now=now, said={"next": change.number})
        _go(change, State.PUBLISHED, version=publication.version_id, now=now, said=said)
    ledger.append(
        kind=Kind.RULE_PUBLISH,
        actor=publication.asked_by,
        subject=publication,
        at=now,
        details={
            "act": "判定表の公開",
            "version": publication.version_id,
            "previous": previous,
            "change": publication.change.number if publication.change else None,
            "ends_on": publication.ends_on.isoformat() if publication.ends_on else None,
            **said,
        },
    )
    return publication


@transaction.atomic
def refused(*, publication: Publication, refusal: Refusal, now: datetime) -> Publication:
    """Write that `publication` was not carried out, and why. The change stays where it is."""
    publication.state = Publication.State.REFUSED
    publication.said = {"reason": refusal.reason, "remedy": refusal.remedy}
    publication.save(update_fields=["state", "said"])
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=publication.asked_by,
        subject=publication,
        at=now,
        details={
            "act": "判定表の公開を断る",
            "version": publication.version_id,
            "change": publication.change.number if publication.change else None,
            "reason": refusal.reason,
        },
    )
    return publication


def _go(change: Change, state: State, *, version: str, now: datetime, said: dict[str, Any]) -> None:
    change.state = state.value
    change.save(update_fields=["state"])
    Step.objects.create(
        change=change, state=state.value, version_id=version, by=None, at=now, said=said
    )
