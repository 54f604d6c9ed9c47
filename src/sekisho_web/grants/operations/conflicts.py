"""Exceptions to the rules on the exchange of people, and the nightly look at everybody."""

from datetime import date, datetime

from django.db import transaction

from sekisho.campaigns.findings import Kind as Finding
from sekisho.campaigns.pledges import State, pledge_state
from sekisho.grants import conflicts as rule
from sekisho.grants.conflicts import Rule
from sekisho.ledger.leaves import Kind
from sekisho.terms.days import after, jst_day
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.campaigns.operations import open_finding
from sekisho_web.campaigns.queries.pledges import every_pledge
from sekisho_web.grants.models import ConflictException
from sekisho_web.grants.queries import conflicts as queries
from sekisho_web.ledger import operations as ledger


class CannotExcept(Refused):
    """Nobody was let off."""


@transaction.atomic
def let_off(
    *,
    person: Person,
    code: str,
    by: Person,
    company_kind: str,
    line: int | None,
    reason: str,
    starts: date,
    last_day: date,
    now: datetime,
) -> ConflictException:
    """Let `person` off one rule from `starts` to `last_day`, both inside, and return the exception.

    company_kind, line: of the post that `by` wears.
    Raises CannotExcept where the rule refuses, or where one runs in that time already.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    if refusal := rule.refusal_to_except(
        rule=queries.rule_of(code, now=now),
        by=str(by.pk),
        person=str(person.pk),
        company_kind=company_kind,
        line=line,
        reason=reason,
        starts=starts,
        last_day=last_day,
    ):
        raise CannotExcept(refusal)
    begins, ends = max(jst_day(starts), now), after(last_day)
    if ends <= now:
        raise CannotExcept(
            Refusal(reason="終わりの日が過ぎています", remedy="これからの日を入れてください")
        )
    same = ConflictException.objects.filter(person=person, rule=code)
    if same.filter(starts_at__lt=ends, ends_at__gt=begins).exists():
        raise CannotExcept(
            Refusal(
                reason="この期間には、同じ規則の例外がもうあります",
                remedy="例外の一覧で確かめ、要らなければ終えてから認めてください",
            )
        )
    made = ConflictException.objects.create(
        rule=code,
        person=person,
        reason=reason.strip(),
        approved_by=by,
        approved_at=now,
        starts_at=begins,
        ends_at=ends,
    )
    ledger.append(
        kind=Kind.APPROVAL,
        actor=by,
        subject=person,
        at=now,
        details={
            "act": "人事交流の制限の例外",
            "rule": code,
            "reason": made.reason,
            "from": begins.isoformat(),
            "until": ends.isoformat(),
        },
    )
    return made


@transaction.atomic
def end_exception(
    *, pk: int, by: Person, company_kind: str, line: int | None, now: datetime
) -> ConflictException:
    """End an exception now, and return it. Raise CannotExcept for others, and where it is over."""
    made = ConflictException.objects.select_for_update().get(pk=pk)
    if company_kind != rule.OWNER or line != rule.SECOND_LINE:
        raise CannotExcept(
            Refusal(
                reason="例外を終えられるのは、送配電会社の第2線だけです",
                remedy="行為規制担当に依頼してください",
            )
        )
    if made.ends_at <= now:
        raise CannotExcept(
            Refusal(reason="この例外はもう終わっています", remedy="一覧を開き直してください")
        )
    made.ends_at, made.ended_by = max(now, made.starts_at), by
    made.save(update_fields=["ends_at", "ended_by"])
    ledger.append(
        kind=Kind.APPROVAL,
        actor=by,
        subject=made.person,
        at=now,
        details={"act": "人事交流の制限の例外を終える", "rule": made.rule, "exception": made.pk},
    )
    return made


def check_everybody(*, now: datetime) -> int:
    """Open a finding for everybody whom a rule withholds something from, and return how many.

    What withholds does so without this look (`may_use`). It is there so that the order itself is
    looked at: access that is refused every day is no way to work.
    """
    found = 0
    codes = dict(Person.objects.values_list("pk", "code"))
    for person, trip in queries.everybody_now(now=now):
        _open(trip.rule, f"{person}:{trip.key}", codes[person], _sentence(trip.rule), now)
        found += 1
    return found + _check_leavers(codes, now=now)


def _check_leavers(codes: dict[int, str], *, now: datetime) -> int:
    """Find who left for the retailer with IDs still open, or without the pledge of who leaves."""
    left = queries.leavers(now=now)
    people = {person for person, _ in left}
    ids, pledges = queries.open_network_ids(people), every_pledge(people)
    found = 0
    for person, trip in left:
        state = pledge_state(
            pledges[person], template="transfer_out", subject=trip.a.appointment, at=now
        )
        missing = [f"送配電のIDが {ids[person]} 件"] if ids.get(person) else []
        missing += [] if state is State.VALID else ["転出の誓約がない"]
        if missing:
            said = f"送配電から小売に移った人の離任の手続が終わっていません（{'、'.join(missing)}）"
            _open(trip.rule, f"{person}:{trip.key}", codes[person], said, now)
            found += 1
    return found


def _open(broken: Rule, key: str, code: str, sentence: str, now: datetime) -> None:
    open_finding(
        kind=Finding.CONFLICT,
        key=key[:200],
        subject=code,
        sentence=f"{broken.code} {sentence}",
        rules=[broken.code],
        at=now,
    )


def _sentence(broken: Rule) -> str:
    return (
        f"{broken.name}：一人が両方を持っています。効果は「{rule.EFFECT_WORDS[broken.effect]}」です"
    )
