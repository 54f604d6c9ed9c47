"""A desk (窓口) in tests: whoever works there and whoever borrows sign with keys in software."""

from dataclasses import dataclass, field
from datetime import timedelta

from allauth.core import context
from django.test import RequestFactory
from django.utils import timezone

from sekisho_web.accounts import signing
from sekisho_web.terminals.operations import loans
from tests.factories.passkeys import Passkey
from tests.factories.signed_in import somebody
from tests.factories.uses import DeviceFactory

DAY = timedelta(days=1)


@dataclass
class Desk:
    """Lends and takes back as the pages do; `clerk` works there."""

    clerk: object = field(default_factory=somebody)
    keys: dict = field(default_factory=dict)

    def sign(self, person, digest):
        if person.pk not in self.keys:
            self.keys[person.pk] = Passkey(person)
        page = RequestFactory().get("/", secure=True, HTTP_HOST="testserver")
        with context.request_context(page):
            return signing.signed(person, digest, self.keys[person.pk].answer(digest))

    def signed(self, statement, person):
        proofs = {
            loans.DESK: self.sign(self.clerk, statement.digest),
            loans.BORROWER: self.sign(person, statement.digest),
        }
        return loans.Signed(statement=statement, proofs=proofs)

    def lend(self, *, device=None, person=None, due=DAY, occasion="", now=None, **more):
        """Return the loan of `device` (a new one) to `person` (somebody new)."""
        now, person = now or timezone.now(), person or somebody()
        device = device or DeviceFactory(lent=True)
        said = loans.to_lend(
            device=device, person=person, by=self.clerk, due=now + due, occasion=occasion, now=now
        )
        return loans.lend(signed=self.signed(said, person), by=self.clerk, now=now, **more)

    def take_back(self, loan, *, condition="傷なし", now=None):
        now = now or timezone.now()
        said = loans.to_take_back(loan=loan, by=self.clerk, condition=condition, now=now)
        return loans.take_back(signed=self.signed(said, loan.person), by=self.clerk, now=now)
