"""What is asked of somebody's password, by the companies in which they are employed now."""

from collections.abc import Sequence
from datetime import datetime

from sekisho.accounts import passwords as rule
from sekisho.terms.days import day_in_japan
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Appointment, AppointmentTerm, PasswordPolicy, Person


def policies_of(person: Person, *, now: datetime) -> Sequence[rule.PasswordPolicy]:
    """Return what each company asks that employs `person` at `now` and asks anything (a query)."""
    posts = AppointmentTerm.objects.in_force(now=now).filter(person=person)
    employers = Appointment.objects.filter(pk__in=posts.values("appointment")).values("employer")
    asked = PasswordPolicy.objects.filter(company__in=employers).order_by("pk")
    return [policy.as_rule() for policy in asked]


def refusal_to_keep(person: Person, *, now: datetime) -> Refusal | None:
    """Return why `person` must choose a new password before anything else, or None.

    Somebody without a password of ours (who comes by the sign-on of the company) has none to keep.
    """
    if not person.has_usable_password():
        return None
    known = person.password_set_at
    return rule.refusal_to_keep(
        *policies_of(person, now=now),
        changed_on=day_in_japan(known) if known else None,
        today=day_in_japan(now),
    )


def names_of(person: Person, *, now: datetime) -> Sequence[str]:
    """Return what others know of `person` and of their work, as a password may not hold it."""
    posts = AppointmentTerm.objects.in_force(now=now).filter(person=person)
    companies = posts.values_list("unit__company__name", flat=True).order_by("pk")
    return (person.name, person.kana, person.code, *companies)
