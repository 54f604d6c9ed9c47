"""承認規程 and 代理 as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from sekisho.grants import parties
from sekisho.grants import policies as rules
from sekisho.grants.organisations import Matter, Organisation
from sekisho.grants.policies import ROLE_WORDS, Difference, Party, Policy, Remark
from sekisho_web.accounts.models import AppointmentTerm, Company, Person, System, Unit
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.grants.models import ApprovalPolicy, Delegation
from sekisho_web.grants.queries import offered, organisations, telling
from sekisho_web.grants.queries import policies as queries

WAITING, IN_FORCE, REPLACED, DROPPED = "確かめ待ち", "適用中", "廃止", "取下げ"


def state_of(row: ApprovalPolicy) -> str:
    """Return how a version stands, in a word."""
    if row.in_force_from is None:
        return WAITING if row.replaced_at is None else DROPPED
    return IN_FORCE if row.replaced_at is None else REPLACED


def table(*, now: datetime) -> list[offered.PolicyLine]:
    """Return the policies in force (two queries)."""
    names = telling.names_of_systems()
    return [offered.line_of(row, names=names) for row in queries.in_force(at=now)]


def told(row: ApprovalPolicy, *, names: dict[str, str]) -> dict[str, Any]:
    """Return one version in words, with who proposed and who confirmed it."""
    line = offered.line_of(row, names=names)
    word = state_of(row)
    said = {name: getattr(line, name) for name in line.__dataclass_fields__}
    return said | {
        "word": word,
        "tone": "good" if word == IN_FORCE else "",
        "proposed_by": row.proposed_by.name if row.proposed_by else "",
        "proposed_at": row.proposed_at,
        "confirmed_by": row.confirmed_by.name if row.confirmed_by else "",
        "in_force_from": row.in_force_from,
        "replaced_at": row.replaced_at,
        "digest": bytes(row.digest).hex(),
    }


def differences(row: ApprovalPolicy) -> Sequence[Difference]:
    """Return in what a version differs from the one before it that was ever in force."""
    earlier = [
        one for one in queries.versions(row.code)
        if one.version < row.version and one.in_force_from is not None
    ]  # fmt: skip
    old = queries.rule_of(earlier[0]) if earlier else None
    return rules.difference(old, queries.rule_of(row))


def remarks(*, now: datetime, of: ApprovalPolicy | None = None) -> Sequence[Remark]:
    """Return the lint of the table; with a proposal put into its place: of it alone.

    Among others it names the parties that nobody can fill today (eight queries).
    """
    rows = [one for one in queries.in_force(at=now) if of is None or one.code != of.code]
    found = [queries.rule_of(one) for one in (*rows, *([of] if of else ()))]
    house = organisations.organisation(now=now)
    units = _units()
    owners = {one.key: organisations.owner_of(one, now=now) for one in _systems()}

    def fills(policy: Policy, party: Party) -> bool:
        return _fills(policy, party, house, owners=owners, units=units, now=now)

    every = rules.lint(found, fills=fills)
    return [one for one in every if of is None or one.policy == of.code]


NAMED_BY_THE_CASE = ("commander", "engagement_owner", "duty")


def _fills(
    policy: Policy,
    party: Party,
    house: Organisation,
    *,
    owners: dict[str, str],
    units: dict[str, str],
    now: datetime,
) -> bool:
    """Return whether somebody could answer for `party` for at least one asker of each system.

    Who is named by the case itself (an emergency, an engagement) is not asked beforehand.
    """
    if party.role in NAMED_BY_THE_CASE or party.side == "entruster":
        return True
    systems = [policy.system] if policy.system else list(owners)
    kinds = KINDS_OF_ASKERS.get(policy.asker_class, ())
    askers = [code for code, kind in units.items() if kind in kinds]
    for system in systems:
        abouts = (
            Matter(system=system, owner=owners.get(system, ""), asker="", unit=unit)
            for unit in askers
        )
        if not any(parties.seats(party, about, house, at=now) for about in abouts):
            return False
    return True


KINDS_OF_ASKERS = {
    "network": ("network",),
    "administrator": ("network",),
    "line2": ("network",),
    "line3": ("network",),
    "investigator": ("network",),
    "contractor": ("network_contractor",),
    "helper": ("affiliate", "other_retailer"),
    "retail": ("affiliate", "other_retailer"),
    "outside": ("government", "regulator"),
}


def _units() -> dict[str, str]:
    return dict(Unit.objects.values_list("code", "company__kind"))


def _systems() -> Sequence[System]:
    return list(System.objects.filter(state=System.State.IN_USE).select_related("owner"))


# 代理 -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegated:
    """One delegation as its two people see it."""

    pk: int
    giver: str
    taker: str
    role: str
    system: str
    valid_from: datetime
    valid_to: datetime
    word: str
    reason: str
    may_end: bool


def delegated(person: Person, *, now: datetime) -> list[Delegated]:
    """Return what `person` handed over and what was handed to them, the newest first."""
    found = (
        Delegation.objects.filter(Q(delegator__person=person) | Q(deputy__person=person))
        .select_related("delegator__person", "deputy__person")
        .order_by("-valid_from", "-pk")
    )
    names = telling.names_of_systems()
    return [
        Delegated(
            pk=one.pk,
            giver=one.delegator.person.name,
            taker=one.deputy.person.name,
            role=ROLE_WORDS.get(one.party, "持っている役のすべて"),
            system=names.get(one.system, one.system),
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            word=_stands(one, now),
            reason=one.reason,
            may_end=one.ended_at is None and now < one.valid_to,
        )
        for one in found
    ]


def _stands(one: Delegation, now: datetime) -> str:
    if one.ended_at is not None and one.ended_at <= now:
        return "終えた"
    if now < one.valid_from:
        return "これから"
    return "いま" if now < one.valid_to else "終わった"


def post_of(code: str, hat: Hat, *, now: datetime) -> AppointmentTerm | None:
    """Return a post in force of the person with this number at the company of `hat`, or None."""
    return (
        AppointmentTerm.objects.in_force(now=now)
        .filter(person__code=code.strip(), unit__company__code=hat.company_code)
        .order_by("valid_from", "pk")
        .first()
    )


def companies_systems(hat: Hat) -> list[tuple[str, str]]:
    """Return the systems of the company of `hat`, and those that nobody of us owns."""
    owner = Company.objects.filter(code=hat.company_code).values("pk")
    found = System.objects.filter(Q(owner__in=owner) | Q(officers__company__in=owner)).distinct()
    return list(found.order_by("key").values_list("key", "name"))
