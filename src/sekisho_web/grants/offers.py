"""What the launcher offers to who stands at the door: each system, with what is in the way.

`may_use` is asked for every purpose of the hat that is worn; nothing of it is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.http import HttpRequest

from sekisho.accounts.opening import AWAY, Opens
from sekisho.grants import refusals as said
from sekisho.grants.launching import Offer, Tile, offer
from sekisho.grants.use import Ask, Facts, Permit, all_refusals, granted, may_use
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Account, System
from sekisho_web.accounts.signed_in import Hat, person_of
from sekisho_web.grants.facts import at_the_door
from sekisho_web.grants.known import known
from sekisho_web.grants.models import Grant, Use
from sekisho_web.grants.standing import account_for, accounts_of, standing_facts
from sekisho_web.terminals.models import Device

# What a request (利用申請) could settle; an ID and a terminal come from elsewhere.
ASKABLE = (said.NO_GRANT, said.OVER, said.OUTSIDE, said.USED_UP)
WORDS = {
    Tile.RUNNING: "使えます",
    Tile.READY: "使えます",
    Tile.PROVE: "本人認証をしてから使えます",
    Tile.CLOSED: "使えません",
}
BEST = {Tile.RUNNING: 0, Tile.READY: 1, Tile.PROVE: 2, Tile.CLOSED: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`may_use` asked for one system and one purpose, by who stands at the door."""

    facts: Facts
    ask: Ask

    def answer(self, *, at: datetime) -> Permit | Refusal:
        return may_use(self.facts, self.ask, at=at)

    def refusals(self, *, at: datetime) -> Sequence[Refusal]:
        return all_refusals(self.facts, self.ask, at=at)

    def offer(self, *, at: datetime) -> Offer:
        return offer(self.refusals(at=at), askable=ASKABLE)

    def begins(self, *, at: datetime) -> bool:
        """Return whether nothing is in the way but that a counted use has not begun."""
        refusals = self.refusals(at=at)
        return said.NOT_BEGUN in refusals and set(refusals) <= {said.NOT_BEGUN, said.NOT_FRESH}

    def grant(self, *, at: datetime) -> int | None:
        """Return the key of the grant that is used, or would be."""
        found = granted(self.facts, self.ask, at=at)
        return int(found.key) if found is not None else None

    def ends(self, *, at: datetime) -> Sequence[datetime | None]:
        """Return when what else carries a use ends: emergency, post, loan."""
        found = granted(self.facts, self.ask, at=at)
        relief = found.emergency.ends if found is not None and found.emergency else None
        posts = [p.period.ends for p in self.facts.posts if p.appointment == self.ask.hat]
        loans = [loan.ends for one in self.facts.devices for loan in one.loans if loan.holds(at)]
        return [relief, *posts, *loans]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One system on the launcher. purpose: for which it is offered."""

    system: System
    offer: Offer
    purpose: str
    switches: bool  # whether that purpose must be chosen first
    grant: Grant | None = None
    use: Use | None = None  # that runs, where uses are counted

    @property
    def word(self) -> str:
        return WORDS[self.offer.tile]

    @property
    def is_usable(self) -> bool:
        return self.offer.tile is not Tile.CLOSED

    @property
    def starts(self) -> bool:
        """Return whether to open it begins a use that is counted."""
        return self.is_usable and self.grant is not None and bool(self.grant.uses_max)

    @property
    def is_elsewhere(self) -> bool:
        return self.system.opens_by in AWAY


def offered(
    request: HttpRequest, *, hat: Hat, purposes: Sequence[str], now: datetime
) -> Sequence[Offered]:
    """Return the systems that are of any use to who wears `hat`, those that may be used first.

    purposes: that the hat may choose. A system is offered for the one that is chosen, unless
    another fares better. Four queries, and one for each system.
    """
    every = (hat.purpose, *(one for one in purposes if one != hat.purpose))
    person = person_of(request).pk
    grants, uses = _grants(person, now=now), running(person, now=now)
    found = []
    for system in systems(hat, person=person, now=now):
        asked = ask_for(request, hat=hat, system=system.key, purposes=every, now=now)
        offers = [(one, one.offer(at=now)) for one in asked]
        fares, best = min(offers, key=lambda pair: BEST[pair[1].tile])
        purpose = fares.ask.purpose
        key = fares.grant(at=now) if best.tile is not Tile.CLOSED else None
        grant = grants.get(key) if key is not None else None
        found.append(
            Offered(
                system=system,
                offer=best,
                purpose=purpose,
                switches=purpose != hat.purpose,
                grant=grant,
                use=uses.get(grant.pk) if grant else None,
            )
        )
    return sorted(found, key=lambda one: (BEST[one.offer.tile], one.system.name, one.system.key))


def ask_for(
    request: HttpRequest, *, hat: Hat, system: str, purposes: Sequence[str], now: datetime
) -> Sequence[Asked]:
    """Return `may_use`, to be asked for each of `purposes` in one system (one query)."""
    device = device_of(request)
    person = person_of(request)
    found = known(person=person.pk, system=system, device=device.pk if device else None, at=now)
    facts = standing_facts(found, person=str(person.pk), system=system, at=now)
    facts = at_the_door(facts, request, device, found, hat=hat, now=now)
    _, account = account_for(found, accounts_of(found, at=now), hat=hat.post)
    return [
        Asked(
            facts=facts,
            ask=Ask(
                person=str(person.pk),
                hat=str(hat.post),
                account=account.code if account else "",
                system=system,
                purpose=purpose,
                device=str(device.pk) if device else None,
                relief=hat.relief,
            ),
        )
        for purpose in purposes
    ]


def systems(hat: Hat, *, person: int, now: datetime) -> Sequence[System]:
    """Return the systems in use that somebody in `hat` has an ID or a grant for, or may have one.

    Those that nobody opens from here are not shown (one query).
    """
    accounts = Account.objects.filter(person=person).filter(
        Q(closed_at=None) | Q(closed_at__gt=now)
    )
    grants = Grant.objects.usable(now=now).filter(person=person).values("system")
    theirs = [{"company_kind": hat.company_kind, "unit_kind": hat.unit_kind}]
    return list(
        System.objects.filter(state=System.State.IN_USE)
        .filter(~Q(opens_by=Opens.ELSEWHERE) | Q(controlled_by__contains=["gateway"]))
        .filter(
            Q(key__in=accounts.values("system")) | Q(key__in=grants) | Q(eligible__contains=theirs)
        )
        .order_by("key")
    )


def device_of(request: HttpRequest) -> Device | None:
    return getattr(request, "device", None) or None


def _grants(person: int, *, now: datetime) -> Mapping[int, Grant]:
    """Return the grants of `person` that are not over (one query)."""
    return {one.pk: one for one in Grant.objects.usable(now=now).filter(person=person)}


def running(person: int, *, now: datetime) -> Mapping[int, Use]:
    """Return the uses of `person` that run, by their grant (one query)."""
    found = Use.objects.filter(person=person, during__contains=now).select_related("grant")
    return {use.grant_id: use for use in found.order_by("pk")}
