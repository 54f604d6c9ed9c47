"""Who is signed in now, who was, and whose sessions somebody may see."""

from datetime import datetime

from django.db.models import Q, QuerySet

from sekisho_web.accounts.models import AppointmentTerm, Person, Session, SignIn
from sekisho_web.accounts.signed_in import Hat


def in_scope(hat: Hat | None, *, now: datetime) -> QuerySet[Person]:
    """Return the people whose sessions may be seen and ended by who wears `hat`.

    The second and third line see everybody who is in this house; an officer the people of their
    own company and those who do its work; anybody else nobody.
    """
    if hat is None:
        return Person.objects.none()
    if "accounts.hold" in hat.permissions:
        return Person.objects.all()
    if "accounts.officer" in hat.permissions:
        posts = AppointmentTerm.objects.in_force(now=now).filter(
            Q(unit__company__code=hat.company_code)
            | Q(appointment__works_for__code=hat.company_code)
        )
        return Person.objects.filter(pk__in=posts.values("person"))
    return Person.objects.none()


def live(people: QuerySet[Person], *, now: datetime) -> QuerySet[Session]:
    """Return the sessions of `people` that are open at `now`, the last used first (one query)."""
    return (
        Session.objects.filter(person__in=people, expire_date__gt=now, began_at__isnull=False)
        .select_related("person", "hat__works_for", "sign_in")
        .order_by("-seen_at", "pk")
    )


def past(person: Person, *, most: int = 20) -> QuerySet[SignIn]:
    """Return the last sign-ins of `person`, the newest first (one query)."""
    return (
        SignIn.objects.filter(person=person)
        .select_related("ended_by", "hat__works_for")
        .order_by("-began_at", "-pk")[:most]
    )
