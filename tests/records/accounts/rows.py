"""Rows of accounts, each valid as it stands; a test names only what it is about."""

from sekisho_web.accounts.models import (
    AccountRequest,
    AccountReview,
    Authenticator,
    Feed,
    Push,
    Target,
    Ticket,
)
from tests.factories import NOON, AccountFactory, CompanyFactory, PersonFactory, PostFactory
from tests.factories.people import SystemFactory
from tests.records.accounts.around import DAY, HOUR


def shared(**said):
    return AccountFactory(
        **{
            "kind": "shared",
            "person": None,
            "custodian": PersonFactory(),
            "reason": "この製品は一つのIDしか持てない",
            "registered_at": NOON,
            "ends_at": NOON + 300 * DAY,
            **said,
        }
    )


def ticket(person=None, **said):
    return Ticket.objects.create(
        **{
            "person": person or PersonFactory(),
            "code_hash": f"{Ticket.objects.count():064x}",
            "issued_by": PersonFactory(),
            "issued_at": NOON - HOUR,
            "expires_at": NOON + 71 * HOUR,
            **said,
        }
    )


def authenticator(person=None, **said):
    person = person or PersonFactory()
    number = Authenticator.objects.count()
    return Authenticator.objects.create(
        **{
            "person": person,
            "ticket": ticket(person, used_at=NOON),
            "kind": "passkey",
            "name": "職員証",
            "credential_id": b"c%d" % number,
            "public_key": b"k%d" % number,
            "bound_at": NOON,
            **said,
        }
    )


def request(**said):
    post = PostFactory()
    return AccountRequest.objects.create(
        **{
            "system": SystemFactory(),
            "person": post.person,
            "appointment": post.appointment,
            "works_for": post.appointment.works_for,
            "unit": post.unit,
            "phone": "092-000-0000",
            "mail": "midori@example.jp",
            "purpose": "託送契約",
            "asked_by": PersonFactory(),
            "asked_at": NOON,
            **said,
        }
    )


def review(account=None, **said):
    account = account or AccountFactory()
    return AccountReview.objects.create(
        **{
            "account": account,
            "holder": account.person,
            "opened_at": NOON,
            "due_at": NOON + 14 * DAY,
            "assignee": PersonFactory(),
            "facts": {},
            **said,
        }
    )


def push(**said):
    account = AccountFactory()
    target = Target.objects.create(system=account.system, kind="scim")
    return Push.objects.create(
        **{
            "account": account,
            "target": target,
            "wanted": {"enabled": False},
            "because": "異動",
            "effective_at": NOON,
            "planned_at": NOON,
            **said,
        }
    )


def feed(company=None, **said):
    company = company or CompanyFactory()
    return Feed.objects.create(company=company, name="人事", kind="file", began_at=NOON, **said)
