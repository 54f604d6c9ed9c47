"""Whose rows a company sees: its own people, and the IDs in its own systems. The rest is not there.

Of the users of another company, the owner of a system sees name, company, unit, contact and the
posts in force; never their history.
"""

from django.db.models import Q

from sekisho_web.accounts.models import Account, Person
from sekisho_web.accounts.signed_in import Hat


def own_ids(hat: Hat, *, to: str = "") -> Q:
    """Return the condition of the IDs that the company of `hat` sees.

    to: the way from the row in question to the account, with its underscores ("account__").
    """
    mine = Q(**{f"{to}system__owner__code": hat.company_code})
    return mine | own_people(hat, to=f"{to}person__")


def own_people(hat: Hat, *, to: str = "") -> Q:
    """Return the condition of the people whom the company of `hat` employs or has working for it.

    A contractor sees its own people only, and not those of its principal.
    """
    condition = Q(**{f"{to}appointments__employer__code": hat.company_code})
    if hat.principal is None:
        condition |= Q(**{f"{to}appointments__works_for__code": hat.company_code})
    return condition


def is_own(hat: Hat, person: Person) -> bool:
    """Return whether the company of `hat` sees the whole history of `person` (one query)."""
    return Person.objects.filter(own_people(hat), pk=person.pk).exists()


def is_known(hat: Hat, person: Person) -> bool:
    """Return whether `person` uses a system of the company of `hat` (one query)."""
    return Account.objects.filter(person=person, system__owner__code=hat.company_code).exists()
