"""Who may answer for a party (承認者) of a request, and whether every party can be answered at all.

Parties are joined by AND, and one person answers for one party only. A party that nobody can
answer for is a denial, never a party that is left out.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sekisho.grants.organisations import Matter, Organisation, Post, Seat
from sekisho.grants.policies import Party
from sekisho.terms.refusals import Refusal

COOLING_OFF_MONTHS = 12  # after a post at the retailer; our own default, not the law's
RETAIL = frozenset({"affiliate", "affiliate_contractor", "other_retailer"})

OWN = Refusal(
    reason="自分の申請は承認できません", remedy="ほかの承認者に、承認か却下を頼んでください"
)
SUBORDINATE = Refusal(
    reason="申請した人の部下は、その申請を承認できません",
    remedy="申請した人の部下でない承認者に、頼んでください",
)
NOT_IN_POST = Refusal(
    reason="承認する発令が、いま有効ではありません",
    remedy="いまの業務を選び直すか、ほかの承認者に頼んでください",
)
OTHER_SIDE = Refusal(
    reason="この承認は、別の会社の側の役割です",
    remedy="その会社の承認者が、承認するか却下します",
)
NOT_THE_PARTY = Refusal(
    reason="この承認をする役割ではありません",
    remedy="承認者の一覧にある人に頼んでください",
)
ANSWERED_ALREADY = Refusal(
    reason="この申請のほかの承認者として、もう答えています",
    remedy="一人が二つの役を兼ねることはできません。ほかの人に頼んでください",
)
HELD = Refusal(
    reason="停止されている人は、承認できません",
    remedy="停止の理由を確かめ、ほかの承認者に頼んでください",
)
AWAY = Refusal(reason="休職中の人は、承認できません", remedy="ほかの承認者に頼んでください")
AT_THE_RETAILER = Refusal(
    reason="小売の発令がある人と、離れて12か月たたない人は、このシステムの利用を承認できません",
    remedy="小売の発令のない承認者に頼んでください",
)


def seats(party: Party, matter: Matter, organisation: Organisation, *, at: datetime) -> list[Seat]:
    """Return who may answer for `party` at `at`, sorted; nobody: the party is not filled."""
    case = _Case(party=party, matter=matter, organisation=organisation, at=at)
    own = {
        Seat(person=post.person, appointment=post.appointment)
        for post in _holders(case)
        if case.unfit(post) is None
    }
    return sorted(own | _substitutes(case), key=_order)


def refusal_of(
    post: Post, party: Party, matter: Matter, organisation: Organisation, *, at: datetime
) -> Refusal | None:
    """Return why this post may not answer for `party`, or None where it may. Delegates aside."""
    if (refusal := unfit(post, party, matter, organisation, at=at)) is not None:
        return refusal
    case = _Case(party=party, matter=matter, organisation=organisation, at=at)
    return None if post in _holders(case) else NOT_THE_PARTY


def unfit(
    post: Post, party: Party, matter: Matter, organisation: Organisation, *, at: datetime
) -> Refusal | None:
    """Return why the person in `post` may not decide this matter for the side of `party`, or None.

    It says nothing of the role: a delegate has another's.
    """
    if post.person == matter.asker or post.person in matter.for_whom:
        return OWN
    if post.person in organisation.held:
        return HELD
    if (known := organisation.unfit.get(post.person)) is not None:
        return known
    if not post.period.holds(at):
        return NOT_IN_POST
    if post.on_leave:
        return AWAY
    company = side_of(party, matter, organisation)
    unit = organisation.units.get(post.unit)
    if company is None or unit is None or unit.company != company or post.works_for != company:
        return OTHER_SIDE
    if _is_below(post, matter, organisation, at):
        return SUBORDINATE
    if organisation.companies.get(company) == "network" and _was_at_retail(
        post.person, organisation, at
    ):
        return AT_THE_RETAILER
    if organisation.judge is None:
        return None
    return organisation.judge(post.person, matter.asker, party.role == "superior")


def side_of(party: Party, matter: Matter, organisation: Organisation) -> str | None:
    """Return the company on whose side `party` stands, or None where there is none."""
    if party.side == "owner":
        return matter.owner or None
    if party.side == "asker":
        unit = organisation.units.get(matter.unit)
        return unit.company if unit is not None else None
    if party.side == "entruster":
        return matter.entruster or None
    return None


def unfilled(
    parties: Sequence[Party],
    matter: Matter,
    organisation: Organisation,
    *,
    at: datetime,
    answered: Mapping[int, str] | None = None,
) -> Sequence[int]:
    """Return the numbers (from 1) of the parties that cannot all be answered by different people.

    answered: party number -> person, for the parties that have answered already. Empty: every
    open party has somebody of its own. Where two parties have only one person between them, the
    later one is named: one person answers once.
    """
    taken = dict(answered or {})
    open_ones = {
        number: [
            seat.person
            for seat in seats(party, matter, organisation, at=at)
            if seat.person not in taken.values()
        ]
        for number, party in enumerate(parties, start=1)
        if number not in taken
    }
    return _unmatched(open_ones)


def chain(unit: str, organisation: Organisation) -> Iterator[str]:
    """Yield `unit` and the units above it in the same company, the nearest first."""
    seen: set[str] = set()
    here: str | None = unit
    company = organisation.units[unit].company if unit in organisation.units else None
    while here is not None and here not in seen and here in organisation.units:
        if organisation.units[here].company != company:
            return
        seen.add(here)
        yield here
        here = organisation.units[here].parent


# Who holds a role -------------------------------------------------------------------------------


def _holders(case: "_Case") -> Collection[Post]:
    posts = [post for post in case.organisation.posts if post.period.holds(case.at)]
    matter, company = case.matter, side_of(case.party, case.matter, case.organisation)
    if company is None:
        return ()
    match case.party.role:
        case "superior":
            return _superiors(case, posts)
        case "system_officer":
            return _officers(case, posts, company, "system_officer", "deputy")
        case "use_officer":
            return _officers(case, posts, company, "use_officer")
        case "commander":
            return [post for post in posts if post.appointment in matter.commanders]
        case "engagement_owner":
            return [post for post in posts if post.appointment in matter.engagement_owners]
        case "duty":
            return [post for post in posts if post.appointment in matter.on_duty]
        case "conduct_office":
            return _of_kind("compliance", case.organisation, posts)
        case "audit":
            return _of_kind("internal_audit", case.organisation, posts)
        case _:
            return ()  # a role that is not known is filled by nobody


def _superiors(
    case: "_Case", posts: Sequence[Post], *, but: tuple[Refusal | None, ...] = (None,)
) -> Collection[Post]:
    """Return the leaders of the nearest unit that has one who may decide, going up.

    but: what may be said against them nevertheless.
    """
    if case.party.side != "asker":  # one's superior stands on one's own side
        return ()
    for code in chain(case.matter.unit, case.organisation):
        leaders = [post for post in posts if post.unit == code and post.leads]
        if any(post.person == case.matter.asker for post in leaders):
            continue  # who leads the unit is judged by those above
        if fit := [post for post in leaders if case.unfit(post) in but]:
            return fit
    return ()


def _officers(case: "_Case", posts: Sequence[Post], company: str, *roles: str) -> Collection[Post]:
    named = {
        office.appointment
        for office in case.organisation.offices
        if office.system == case.matter.system
        and office.company == company
        and office.role in roles
        and office.period.holds(case.at)
    }
    return [post for post in posts if post.appointment in named]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One party of one matter, at one instant."""

    party: Party
    matter: Matter
    organisation: Organisation
    at: datetime

    def unfit(self, post: Post) -> Refusal | None:
        return unfit(post, self.party, self.matter, self.organisation, at=self.at)


def _of_kind(kind: str, organisation: Organisation, posts: Sequence[Post]) -> Collection[Post]:
    return [
        post
        for post in posts
        if post.unit in organisation.units and organisation.units[post.unit].kind == kind
    ]


def _substitutes(case: "_Case") -> set[Seat]:
    """Return the delegates: both the one in whose stead they act and they themselves may decide.

    Only who is on leave hands over what they cannot do themselves. A delegate of a delegate is
    nobody.
    """
    found: set[Seat] = set()
    for one in case.organisation.delegations:
        if not one.covers(role=case.party.role, system=case.matter.system, at=case.at):
            continue
        giver = _post(one.of_appointment, case.organisation, case.at)
        taker = _post(one.to_appointment, case.organisation, case.at)
        if giver is None or taker is None or giver.person == taker.person:
            continue
        if case.unfit(giver) in (None, AWAY) and _has_role(giver, case) and not case.unfit(taker):
            found.add(
                Seat(
                    person=taker.person,
                    appointment=taker.appointment,
                    instead_of=giver.appointment,
                )
            )
    return found


def _has_role(giver: Post, case: "_Case") -> bool:
    if (
        case.party.role == "superior"
    ):  # one who is away hands over; while they are there, none above
        posts = [post for post in case.organisation.posts if post.period.holds(case.at)]
        return giver in _superiors(case, posts, but=(None, AWAY))
    return giver in _holders(case)


def _post(appointment: str, organisation: Organisation, at: datetime) -> Post | None:
    for post in organisation.posts:
        if post.appointment == appointment and post.period.holds(at):
            return post
    return None


# Who may not ------------------------------------------------------------------------------------


def _is_below(post: Post, matter: Matter, organisation: Organisation, at: datetime) -> bool:
    """Return whether any post of this person stands below a unit that the asker leads."""
    led = {
        each.unit
        for each in organisation.posts
        if each.person == matter.asker and each.leads and each.period.holds(at)
    }
    for own in organisation.posts:
        if own.person != post.person or not own.period.holds(at):
            continue
        above = list(chain(own.unit, organisation))
        if led & set(above[1:] if own.leads else above):
            return True
    return False


def _was_at_retail(person: str, organisation: Organisation, at: datetime) -> bool:
    """Return whether `person` has a post at the retailer, or left one less than a year ago."""
    since = at - timedelta(days=COOLING_OFF_MONTHS * 365 // 12 + 1)
    for post in organisation.posts:
        unit = organisation.units.get(post.unit)
        kinds = {organisation.companies.get(post.works_for, "")}
        if unit is not None:
            kinds.add(organisation.companies.get(unit.company, ""))
        if (
            post.person == person
            and kinds & RETAIL
            and post.period.starts <= at
            and (post.period.ends is None or post.period.ends > since)
        ):
            return True
    return False


def _unmatched(wanted: Mapping[int, Sequence[str]]) -> Sequence[int]:
    """Return the parties without a person of their own in the largest matching (Kuhn)."""
    of: dict[str, int] = {}

    def place(number: int, tried: set[str]) -> bool:
        for person in wanted[number]:
            if person in tried:
                continue
            tried.add(person)
            if person not in of or place(of[person], tried):
                of[person] = number
                return True
        return False

    return [number for number in sorted(wanted) if not place(number, set())]


def _order(seat: Seat) -> tuple[str, str, str]:
    return (seat.person, seat.appointment, seat.instead_of or "")


def people(found: Iterable[Seat]) -> set[str]:
    """Return the people of these seats."""
    return {seat.person for seat in found}
