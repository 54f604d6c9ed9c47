"""利用申請 as rows and as rules: how it stands, who said what, and the evidence of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from fido2.utils import websafe_decode

from sekisho.grants import decisions, requests, verifying
from sekisho.grants.decisions import Proof
from sekisho.grants.requests import Answer, Standing, State, Verdict
from sekisho_links.accounts.attestation import Key, NotVerified
from sekisho_web.accounts.models import Person
from sekisho_web.grants.models import Decision, Request
from sekisho_web.grants.queries import policies

RECENT = 3


def rule_of(row: Request) -> requests.Request:
    """Return the request as it was signed: read from its bytes, not from the columns."""
    return requests.read(bytes(row.body))


def standing(row: Request) -> Standing:
    """Return what has become of `row` so far (two queries, none where prefetched)."""
    outcome, settled = row.outcome, row.settled_at
    return Standing(
        parties=len(row.policy.parties),
        in_order=row.policy.in_order,
        due_at=row.due_at,
        answers={
            one.party: Answer(
                person=one.decided_by.code, verdict=Verdict(one.verdict), at=one.decided_at
            )
            for one in row.decisions.all()
        },
        withdrawn_at=settled if outcome == Request.Outcome.WITHDRAWN else None,
        unfilled_at=settled if outcome == Request.Outcome.LAPSED else None,
    )


def state(row: Request, *, at: datetime) -> State:
    """Return how `row` stands at `at`: from its answers, not from a column."""
    return requests.state_of(standing(row), at=at)


def with_answers(found: QuerySet[Request]) -> QuerySet[Request]:
    """Return `found` with all that `standing` reads."""
    return found.select_related(
        "policy", "system__owner", "asked_by", "emergency"
    ).prefetch_related("decisions__decided_by")


def own(person: Person, *, now: datetime) -> QuerySet[Request]:  # noqa: ARG001  # as the others
    """Return what `person` asked for, the newest first."""
    return with_answers(Request.objects.filter(asked_by=person)).order_by("-submitted_at", "-pk")


def pending(*, now: datetime) -> QuerySet[Request]:
    """Return what nobody has settled and whose time is not over, the newest first."""
    return with_answers(Request.objects.filter(outcome="", due_at__gt=now)).order_by(
        "-submitted_at", "-pk"
    )


def unsettled() -> QuerySet[Request]:
    """Return what nobody has settled, whether or not its time is over, the oldest first."""
    return with_answers(Request.objects.filter(outcome="")).order_by("pk")


def decided_by(person: Person, *, since: datetime, until: datetime) -> QuerySet[Decision]:
    """Return what `person` decided from `since` until before `until`, the newest first."""
    return (
        Decision.objects.filter(decided_by=person, decided_at__gte=since, decided_at__lt=until)
        .select_related("request__system", "request__asked_by", "request__policy")
        .order_by("-decided_at", "-pk")
    )


def recent_reasons(person: Person, *, before: int | None = None) -> Sequence[str]:
    """Return the last three reasons of `person`, before the request `before` (one query)."""
    found = Request.objects.filter(asked_by=person)
    if before is not None:
        found = found.filter(pk__lt=before)
    return [rule_of(row).reason for row in found.order_by("-pk")[:RECENT]]


def said(row: Request) -> dict[int, decisions.Decision]:
    """Return the decisions as they were signed, by party (one query)."""
    return {one.party: decisions.read(bytes(one.body)) for one in row.decisions.all()}


def approval_of(row: Request) -> verifying.Approval:
    """Return the evidence: policy, request, decisions, and what each passkey answered."""
    rows = sorted(row.decisions.all(), key=lambda one: (one.decided_at, one.party))
    proofs = [proof_of(one.proof) for one in rows]
    return verifying.Approval(
        policy=policies.rule_of(row.policy).text,
        request=bytes(row.body),
        rp=proofs[0].rp if proofs else "",
        parts=tuple(
            verifying.Part(body=bytes(one.body), proof=proof)
            for one, proof in zip(rows, proofs, strict=True)
        ),
    )


def proof_of(kept: dict[str, Any]) -> Proof:
    """Return the parts of a signature as it is kept. Raise ValueError where a part is missing."""
    try:
        answer = kept["response"]["response"]
        return Proof(
            rp=str(kept["rp"]),
            public_key=verifying.public_key(Key.of(websafe_decode(kept["credential"])).public_key),
            authenticator_data=websafe_decode(answer["authenticatorData"]),
            client_data=websafe_decode(answer["clientDataJSON"]),
            signature=websafe_decode(answer["signature"]),
        )
    except (KeyError, TypeError, NotVerified) as error:
        raise ValueError("not a signature") from error


def wrong(rows: Iterable[Request]) -> Sequence[tuple[Request, Sequence[str]]]:
    """Return the requests whose evidence does not hold, or that were granted without it (G4)."""
    found = []
    for row in rows:
        evidence = approval_of(row)
        problems = verifying.problems(evidence) if evidence.parts else ()
        if row.outcome == Request.Outcome.APPROVED and not verifying.is_approved(evidence):
            problems = problems or ("承認者全員の署名がそろっていません",)
        if problems:
            found.append((row, problems))
    return found
