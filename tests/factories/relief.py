"""Helpers in an emergency that is in effect now: listed, called, with hours and a pledge."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from sekisho.terms.days import day_in_japan
from sekisho_web.grants.models import Grant, RosterLine
from sekisho_web.grants.operations import desk, mobilising
from tests.factories.desk import Desk
from tests.factories.people import (
    LONG_AGO,
    CompanyFactory,
    PersonFactory,
    PostFactory,
    SystemFactory,
    UnitFactory,
)
from tests.factories.pledges import PledgeFactory
from tests.factories.uses import DeviceFactory, EmergencyFactory, GrantFactory

HOUR = timedelta(hours=1)


class RosterLineFactory(DjangoModelFactory[RosterLine]):
    """A line of the roster: somebody of a sales unit of the retailer who was trained."""

    class Meta:
        model = RosterLine
        exclude = ("post",)

    post = factory.SubFactory(PostFactory, unit=factory.SubFactory(UnitFactory, sales=True))
    person = factory.SelfAttribute("post.person")
    owner = factory.SubFactory(CompanyFactory)
    unit = factory.SelfAttribute("post.unit")
    is_sales = True
    trained_on = date(2026, 3, 1)
    listed_at = LONG_AGO


@dataclass
class Relief:
    """An emergency of two districts in one system, with its desk."""

    code: str = "E27-01"
    kind: str = "disaster"
    now: object = field(default_factory=timezone.now)
    systems: tuple = ("takuso",)

    def __post_init__(self):
        for key in self.systems:
            SystemFactory(key=key)
        self.owner = CompanyFactory()
        self.unit = UnitFactory(code="N09-50", kind="call_centre", name="第1コールセンター")
        self.emergency = EmergencyFactory(
            code=self.code,
            kind=self.kind,
            owner=self.owner,
            systems=list(self.systems),
            starts_at=self.now - HOUR,
            ends_at=self.now + 60 * HOUR,
        )
        self.desk = Desk()

    def listed(self, **more):
        return RosterLineFactory(
            trained_on=day_in_japan(self.now) - timedelta(days=30), **more
        ).person

    def called(self, *people):
        return mobilising.call_out(
            emergency=self.emergency,
            people=people or [self.listed()],
            unit=self.unit,
            by=PersonFactory(),
            now=self.now,
        )

    def shift(self, supporter, *, hours=8, starts=None, system="takuso"):
        starts = starts or self.now
        return GrantFactory(
            person=supporter.person,
            appointment=supporter.appointment,
            account=supporter.person.accounts.filter(
                appointment=supporter.appointment, system=system
            ).first(),
            kind=Grant.Kind.PERIOD,
            purpose="非常災害対応",
            system=system,
            emergency=self.emergency,
            valid_from=starts,
            valid_to=starts + hours * HOUR,
        )

    def pledged(self, person, **more):
        return PledgeFactory(
            person=person, subject=self.code, at=self.now - timedelta(minutes=5), **more
        )

    def ready(self, **more):
        """Return a helper to whom nothing is missing but the terminal."""
        (one,) = self.called(self.listed(**more))
        self.shift(one)
        self.pledged(one.person)
        return one

    def signed(self, supporter, device=None, *, now=None):
        statement = desk.to_hand_out(
            emergency=self.emergency,
            person=supporter.person,
            device=device or DeviceFactory(lent=True),
            by=self.desk.clerk,
            now=now or self.now,
        )
        return self.desk.signed(statement, supporter.person)

    def hand_out(self, supporter, device=None, *, now=None):
        signed = self.signed(supporter, device, now=now)
        return desk.hand_out(
            emergency=self.emergency, signed=signed, by=self.desk.clerk, now=now or self.now
        )
