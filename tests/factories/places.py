"""Places where terminals stand, of either company."""

import factory
from factory.django import DjangoModelFactory

from sekisho_web.terminals.models import Site
from tests.factories.people import LONG_AGO, CompanyFactory


class SiteFactory(DjangoModelFactory[Site]):
    class Meta:
        model = Site
        django_get_or_create = ("code",)

    class Params:
        affiliate = factory.Trait(
            code="R000-10",
            name="白浜支店 3階",
            company=factory.SubFactory(CompanyFactory, affiliate=True),
            staff=factory.SubFactory(CompanyFactory, affiliate=True),
        )

    code = factory.Sequence(lambda n: f"N09-S{n:02d}")
    name = "本店 2階"
    company = factory.SubFactory(CompanyFactory)
    staff = factory.SubFactory(CompanyFactory)
    networks = factory.LazyFunction(list)
    valid_from = LONG_AGO
