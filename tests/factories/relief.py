from datetime import date

import factory
from factory.django import DjangoModelFactory

from sekisho_web.grants.models import RosterLine
from tests.factories.people import LONG_AGO, CompanyFactory, PostFactory, UnitFactory


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
