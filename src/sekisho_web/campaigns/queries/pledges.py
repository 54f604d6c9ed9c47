"""What pledges there are of whom, and what a pledge would be about."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404

from sekisho.campaigns import pledges as rule
from sekisho.campaigns.pledges import Answer, State, Template
from sekisho_web.accounts.models import Account, AppointmentTerm, Person
from sekisho_web.accounts.queries.scope import own_people
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.campaigns.models import Pledge
from sekisho_web.campaigns.wording import template as template_of
from sekisho_web.frame.follows import ask

PAGE = 50
MINISTRY_OWNER = "government"  # 会社区分 of who owns a system that we do not control


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a pledge is about. code: opaque; said: in words; places: what fills the clauses."""

    kind: str
    code: str
    said: str
    places: Mapping[str, str] = field(default_factory=dict)
    appointment: int | None = None


def pledges_of(person: int) -> Sequence[rule.Pledge]:
    """Return every pledge of a person as the rules see it (one query)."""
    return every_pledge([person])[person]


def every_pledge(people: Collection[int]) -> Mapping[int, Sequence[rule.Pledge]]:
    """Return every pledge of some people, by person; nobody is missing (one query)."""
    found: dict[int, list[rule.Pledge]] = defaultdict(list)
    rows = Pledge.objects.filter(person__in=people).order_by("pk")
    for person, template, subject, answer, at, until in rows.values_list(
        "person_id", "template", "subject", "answer", "at", "valid_until"
    ):
        found[person].append(
            rule.Pledge(
                template=template,
                subject=subject,
                answer=Answer(answer),
                at=at,
                valid_until=until,
            )
        )
    return found


def pledge_state(*, person: int, template: str, subject: str, at: datetime) -> State:
    """Return how one pledge of a person stands (one query)."""
    return rule.pledge_state(pledges_of(person), template=template, subject=subject, at=at)


def states(
    *, people: Collection[int], template: str, subject: str, at: datetime
) -> Mapping[int, State]:
    """Return how one pledge stands for each of some people (one query, for a whole roster)."""
    found = every_pledge(people)
    return {
        person: rule.pledge_state(found[person], template=template, subject=subject, at=at)
        for person in people
    }


def template_at(code: str) -> Template:
    """Return the words that are signed today. Raise Http404 where there are none."""
    found = template_of(code)
    if found is None:
        raise Http404
    return found


def subject_of(*, person: Person, template: Template, ref: str) -> Subject | None:
    """Return what a pledge of `person` would be about, or None where it is not theirs.

    Appointments and accounts are known here; of everything else the apps above are asked, by
    `pledge_subject`.
    """
    if template.subject == "appointment":
        return _appointment(person, ref)
    if template.subject == "account":
        return _account(person, ref)
    answers = ask("pledge_subject", kind=template.subject, code=ref, person=person.pk)
    return next((Subject(**one) for one in answers if one is not None), None)


def own(person: Person) -> QuerySet[Pledge]:
    """Return what `person` signed and refused, the last first, without the long texts."""
    found = Pledge.objects.filter(person=person).order_by("-at", "-pk")
    return found.defer("body", "proof")


def given(hat: Hat, *, template: str = "", refused: bool = False) -> QuerySet[Pledge]:
    """Return the pledges of the people whom the company of `hat` sees, the last first."""
    people = Person.objects.filter(own_people(hat)).values("pk")
    found = Pledge.objects.filter(person__in=people)
    if template:
        found = found.filter(template=template)
    if refused:
        found = found.filter(answer=Answer.REFUSED)
    return found.select_related("person").defer("body", "proof").order_by("-at", "-pk")


def one(pk: int, *, hat: Hat | None, viewer: Person, sees_others: bool) -> Pledge:
    """Return a pledge: one's own, or of one's company's people for who may see others'.

    Raises Http404 for any other: it is not there.
    """
    found = Pledge.objects.select_related("person", "witness").filter(pk=pk).first()
    if found is None:
        raise Http404
    if found.person_id == viewer.pk:
        return found
    if hat is None or not sees_others:
        raise Http404
    if not Person.objects.filter(own_people(hat), pk=found.person_id).exists():
        raise Http404
    return found


def _appointment(person: Person, code: str) -> Subject | None:
    if not _is_number(code):
        return None
    term = (
        AppointmentTerm.objects.filter(appointment=int(code), person=person)
        .select_related("unit__company")
        .order_by("-valid_from")
        .first()
    )
    if term is None:
        return None
    return Subject(
        kind="appointment",
        code=code,
        said=f"{term.unit.company.name} {term.unit.name} {term.title}".strip(),
        appointment=term.appointment_id,
    )


def _account(person: Person, ref: str) -> Subject | None:
    """An address names an ID by its number in this house, never by what its holder types."""
    found = Account.objects.filter(person=person, closed_at=None).select_related("system")
    account = found.filter(pk=int(ref)).first() if _is_number(ref) else None
    if account is None:
        return None
    return Subject(
        kind="account",
        code=f"{account.system.key} {account.code}",
        said=f"{account.system.name} {account.code}",
        places={"system": account.system.name},
        appointment=account.appointment_id,
    )


def _is_number(code: str) -> bool:
    return code.isascii() and code.isdigit() and len(code) < 19
