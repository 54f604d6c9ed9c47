"""利用結果の確認: which uses somebody must look at, and what the ledger has of each."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Prefetch, Q, QuerySet

from sekisho.grants import looking_back as rule
from sekisho.terms.days import day_in_japan
from sekisho.terms.refusals import Refusal
from sekisho_links.ledger.recorder import Receipt
from sekisho_web.accounts.models import Person, System
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.grants.models import Decision, Use
from sekisho_web.grants.queries.grants import systems_of
from sekisho_web.ledger import shown as ledger
from sekisho_web.ledger import words

PAGE = 50
SECOND_LINE = 2
_NUMBERS = re.compile(r"[A-Za-z0-9-]{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One use on the list. due_at: until when it must be looked at."""

    use: Use
    system: str
    as_rule: rule.Used
    due_at: datetime
    is_overdue: bool
    refusal: Refusal | None  # to answer, of whoever reads the list

    @property
    def last_day(self) -> date:
        """Return the last day on which it may still be looked at in time."""
        return day_in_japan(self.due_at - timedelta(seconds=1))


def counted() -> QuerySet[Use]:
    """Return the uses that were approved one by one, with what the rules ask of them."""
    approvals = Decision.objects.filter(verdict=Decision.Verdict.APPROVE).order_by("party")
    return Use.objects.filter(grant__request__isnull=False).select_related(
        "person", "device", "look_back__by", "grant__request__policy", "grant__works_for",
        "grant__emergency",
    ).prefetch_related(
        Prefetch("grant__request__decisions", queryset=approvals.select_related("decided_by"))
    )  # fmt: skip


def waiting(*, now: datetime) -> QuerySet[Use]:
    """Return the uses that are over and that nobody has looked at, the oldest first."""
    return (
        counted()
        .filter(during__endswith__lte=now, look_back=None)
        .exclude(grant__request__policy__look_back=rule.Looks.NONE)
        .order_by("during__endswith", "pk")
    )


def of_whom(hat: Hat, person: Person, *, now: datetime) -> Q:
    """Return the condition of the uses that `person` looks at: that they approved; line 2: all.

    The second line of the owner sees every use of its systems. One's own is never among them.
    """
    theirs = Q(
        grant__request__decisions__decided_by=person,
        grant__request__decisions__verdict=Decision.Verdict.APPROVE,
    )
    if hat.line == SECOND_LINE:
        theirs |= Q(grant__system__in=systems_of(hat, now=now).values("key"))
    return theirs & ~Q(person=person)


def listed(hat: Hat, person: Person, *, all_of_them: bool, now: datetime) -> QuerySet[Use]:
    """Return the uses that `person` looks at, those that wait for it first.

    all_of_them: also those that were looked at, the newest first.
    """
    if all_of_them:
        found = counted().filter(during__endswith__lte=now).order_by("-during__endswith", "-pk")
    else:
        found = waiting(now=now)
    return found.filter(of_whom(hat, person, now=now)).distinct()


def lines(uses: Iterable[Use], *, by: rule.Looker, now: datetime) -> list[Line]:
    """Return the lines of a page of uses (one query)."""
    names = dict(System.objects.values_list("key", "name"))
    return [line(use, names.get(use.grant.system, use.grant.system), by, now) for use in uses]


def line(use: Use, name: str, by: rule.Looker, now: datetime) -> Line:
    used = as_rule(use)
    return Line(
        use=use,
        system=name,
        as_rule=used,
        due_at=rule.due_at(used),
        is_overdue=rule.is_overdue(used, now),
        refusal=rule.refusal_to_look(used, by=by, now=now),
    )


def as_rule(use: Use) -> rule.Used:
    """Return `use` as the rules see it. A use that nobody approved is looked at by nobody."""
    request = use.grant.request
    looked = getattr(use, "look_back", None)
    if request is None:
        return rule.Used(
            key=str(use.pk), person=str(use.person_id), over_at=use.ends_at,
            approvers=frozenset(), looks=rule.Looks.NONE,
        )  # fmt: skip
    return rule.Used(
        key=str(use.pk),
        person=str(use.person_id),
        over_at=use.ends_at,
        approvers=frozenset(
            str(one.decided_by_id)
            for one in request.decisions.all()
            if one.verdict == Decision.Verdict.APPROVE
        ),
        looks=rule.Looks(request.policy.look_back),
        days=request.policy.look_back_days,
        emergency=use.grant.emergency_id is not None,
        looked_at=looked.at if looked else None,
    )


def looker(person: Person, hat: Hat, system: str, *, now: datetime) -> rule.Looker:
    """Return what the rules ask of who looks (one query)."""
    return rule.Looker(
        person=str(person.pk),
        line=hat.line,
        is_owner=systems_of(hat, now=now).filter(key=system).exists(),
    )


def refusal_to_decide(person: Person, *, in_emergency: bool, now: datetime) -> Refusal | None:
    """Return why `person` may not approve the next use, or None where they may (two queries).

    They have uses that they approved and have not looked at in time. For per-use decisions only.
    """
    return rule.refusal_to_decide(
        (as_rule(use) for use in _approved_by(person, now=now)),
        by=str(person.pk),
        in_emergency=in_emergency,
        now=now,
    )


def overdue(*, now: datetime) -> list[Use]:
    """Return the uses that nobody looked at in time, over all companies (two queries)."""
    return [use for use in waiting(now=now) if rule.is_overdue(as_rule(use), now)]


def _approved_by(person: Person, *, now: datetime) -> Sequence[Use]:
    approvals = Decision.objects.filter(decided_by=person, verdict=Decision.Verdict.APPROVE).values(
        "request"
    )
    return list(waiting(now=now).filter(grant__request__in=approvals))


def is_in_the_ledger(system: str) -> bool:
    """Return whether our gate shows this system, so that the ledger has what was seen."""
    return System.objects.filter(key=system, controlled_by__contains=["gateway"]).exists()


def seen(use: Use, *, reader: AbstractBaseUser, now: datetime) -> tuple[Receipt, rule.Seen]:
    """Return the receipt of this reading, and what was done in `use`.

    Raise NotRecorded where the reading was not recorded: then nothing is shown.
    """
    receipt, looks = ledger.shown_in_use(
        system=use.grant.system,
        person=use.person_id,
        grant=use.grant_id,
        since=use.began_at,
        until=use.ends_at,
        reader=reader,
        now=now,
    )
    shown = [
        rule.Shown(
            at=look.at,
            screen=look.said["scr"] or "",
            act=look.said["act"] or "",
            relation=words.OWNERS.get(str(one.get("owner", "")), "不明"),
            record=str(one.get("record", "")),
            classes=tuple(
                dict.fromkeys(
                    words.item_class(use.grant.system, name)
                    for name, treatment in dict(one.get("items", {})).items()
                    if treatment in {"shown", "partial", "coded"}
                )
            ),
            numbers=tuple(str(key) for key in one.get("keys", ())),
        )
        for look in looks
        if not look.is_refused
        for one in look.customers
    ]
    found = rule.seen(
        shown,
        looks=sum(not look.is_refused for look in looks),
        refused=sum(look.is_refused for look in looks),
        erased=sum(look.erased for look in looks),
        reference=numbers_of(use),
    )
    return receipt, found


def numbers_of(use: Use) -> frozenset[str]:
    """Return the numbers that the approval names: its reference, and the records it lists."""
    return frozenset({*_NUMBERS.findall(use.grant.reference), *use.grant.scope_records})
