"""求めの記録: kept as it was asked, judged by the second line, and never taken out again."""

from datetime import datetime

from django.db import transaction

from sekisho.grants import askings as rules
from sekisho.grants.askings import Answer, Judge
from sekisho.ledger.leaves import Kind
from sekisho_web.accounts.models import Company, Person
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.frame.follows import tell
from sekisho_web.grants.models import Asking, Request
from sekisho_web.ledger import operations as ledger


class CannotAsk(Refused):
    """Nothing was kept, or nothing was judged."""


@transaction.atomic
def note(
    *,
    company: Company,
    way: Asking.Way,
    what: str,
    now: datetime,
    asked_at: datetime,
    asked_of: Person | None = None,
    asked_by: Person | None = None,
    asker: str = "",
    system: str = "",
) -> Asking:
    """Keep what was asked for. Raises CannotAsk where it does not say what.

    asked_of: whoever was asked and notes it; None: it came as a request.
    asked_by: the asker where we know them; asker: otherwise, as they said who they were.
    """
    if len("".join(what.split())) < rules.SHORTEST:
        raise CannotAsk(rules.SHORT)
    one = Asking.objects.create(
        company=company, way=way, what=what, asked_at=min(asked_at, now), asked_of=asked_of,
        asked_by=asked_by, asker=asker, system=system,
    )  # fmt: skip
    ledger.append(
        kind=Kind.APPROVAL,
        actor=asked_of or asked_by,
        subject=one,
        at=now,
        details={"did": "求めを記録した", "company": company.name, "way": one.get_way_display()},
    )
    return one


@transaction.atomic
def judge(*, asking: Asking, answer: str, note: str, by: Person, hat: Hat, now: datetime) -> Asking:
    """Judge an asking. Raises CannotAsk where the rule refuses; a prohibited one is a finding."""
    one = Asking.objects.select_for_update().get(pk=asking.pk)
    refusal = rules.refusal_to_judge(
        by=Judge(person=by.code, company_kind=hat.company_kind, line=hat.line),
        asked_by=one.asked_by.code if one.asked_by else None,
        noted_by=one.asked_of.code if one.asked_of else None,
        answered=bool(one.answer),
        answer=answer,
        note=note,
    )
    if refusal:
        raise CannotAsk(refusal)
    one.answer, one.note, one.judged_by, one.judged_at = answer, note, by, now
    one.save(update_fields=["answer", "note", "judged_by", "judged_at"])
    ledger.append(
        kind=Kind.APPROVAL,
        actor=by,
        subject=one,
        at=now,
        details={"did": "求めを判断した", "answer": one.get_answer_display(), "note": note},
    )
    if answer == Answer.PROHIBITED:
        tell(
            "finding",
            kind="asking",
            key=f"asking:{one.pk}",
            subject=one.company.name,
            sentence=f"{one.company.name}からの求め（{one.get_way_display()}）が、"
            "禁じられた求めと判断されました",
            at=now,
        )
    return one


def carrier(*, person: Person, system: str, now: datetime) -> Asking | None:
    """Return the judgement that lets one request of `person` for `system` through, or None."""
    found = Asking.objects.filter(
        asked_by=person, system=system, answer=Answer.ALLOWED, request=None
    ).order_by("pk")
    return next(
        (
            one
            for one in found
            if one.judged_at
            and rules.carries(one.answer, judged_at=one.judged_at, spent=False, at=now)
        ),
        None,
    )


def spend(*, asking: Asking, request: Request) -> None:
    """Write down which request the judgement let through: it lets no other through."""
    Asking.objects.filter(pk=asking.pk, request=None).update(request=request)
