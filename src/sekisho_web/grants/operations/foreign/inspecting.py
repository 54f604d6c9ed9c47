"""A yearly self-inspection (年末自己点検) is signed by who answers for the system, once a year."""

import json
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from sekisho.grants.self_inspection import challenge_of, faults, refusal_to_sign
from sekisho.ledger.leaves import Kind
from sekisho.terms.days import day_in_japan
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts import signing
from sekisho_web.accounts.models import Person, System
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.grants.models import SelfInspection
from sekisho_web.grants.queries.foreign.inspections import figures_of, is_officer, items
from sekisho_web.ledger import operations as ledger

UNSIGNED = Refusal(
    reason="署名を確かめられませんでした",
    remedy="認証器をつなぎ直して、もう一度署名してください",
)


@transaction.atomic
def sign(
    *, system: System, hat: Hat, body: bytes, proof: signing.Proof, by: Person, now: datetime
) -> SelfInspection:
    """Keep a signed inspection, enter it in the ledger, and return it.

    body: what was laid before the person and signed, byte for byte.

    Raises Refused where the signature is of something else, the figures have changed since they
    were laid out, an answer lacks its words, or the rule says no.
    """
    said = json.loads(body)
    year, figures = int(said["year"]), dict(said["figures"])
    answers = {code: (str(one[0]), str(one[1])) for code, one in said["answers"].items()}
    System.objects.select_for_update().get(pk=system.pk)
    signed = SelfInspection.objects.filter(system=system, year=year).exists()
    refusal = refusal_to_sign(
        year=year,
        is_officer=is_officer(system, by, now=now),
        is_signed=signed,
        today=day_in_japan(now),
    )
    if refusal is not None:
        raise Refused(refusal)
    if said["system"] != system.key or said["person"] != by.code:
        raise Refused(UNSIGNED)
    if figures != dict(figures_of(system, hat, year=year, now=now)):
        raise Refused(
            Refusal(
                reason="開いてから、計算した数が変わりました",
                remedy="画面を開き直し、新しい数を見て答えてください",
            )
        )
    if wrong := faults(items(), figures, answers):
        raise Refused(next(iter(wrong.values())))
    try:
        signing.verify(proof, challenge_of(body))
    except signing.NotSigned:
        raise Refused(UNSIGNED) from None
    if not signing.is_bound(proof, by, at=now):
        raise Refused(UNSIGNED)
    made = SelfInspection.objects.create(
        system=system,
        year=year,
        figures=figures,
        answers={code: list(one) for code, one in answers.items()},
        body=body,
        digest=sha256(body).digest(),
        answered_by=by,
        answered_at=now,
        proof=proof,
    )
    ledger.append(
        kind=Kind.GOVERNANCE,
        actor=by,
        subject=made,
        at=now,
        details={
            "act": "年末自己点検",
            "system": system.key,
            "year": year,
            "sha256": sha256(body).hexdigest(),
        },
    )
    return made
