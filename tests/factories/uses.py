from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from sekisho_web.accounts.models import Company, period
from sekisho_web.grants.models import Emergency, EmergencyTerm, Grant, Supporter
from sekisho_web.terminals.models import Device, Loan
from sekisho_web.world.invented import EVERYWHERE
from tests.factories.people import LONG_AGO, NOON, CompanyFactory, PersonFactory, PostFactory


class DeviceFactory(DjangoModelFactory[Device]):
    class Meta:
        model = Device

    class Params:
        lent = factory.Trait(terminal_class="lent")

    number = factory.Sequence(lambda n: f"D{n:05d}")
    terminal_class = "network"
    owner = factory.SubFactory(CompanyFactory)
    can_show_non_public = factory.LazyAttribute(
        lambda o: o.terminal_class in ("network", "contractor", "lent")
    )
    valid_from = LONG_AGO


class LoanFactory(DjangoModelFactory[Loan]):
    class Meta:
        model = Loan

    device = factory.SubFactory(DeviceFactory, lent=True)
    person = factory.SubFactory(PersonFactory)
    starts_at = NOON - timedelta(hours=1)
    ends_at = NOON + timedelta(hours=11)


class GrantFactory(DjangoModelFactory[Grant]):
    class Meta:
        model = Grant

    class Params:
        over = factory.Trait(valid_to=NOON - timedelta(hours=1))
        revoked = factory.Trait(revoked_at=NOON - timedelta(minutes=1))

    code = factory.Sequence(lambda n: f"G{n:05d}")
    person = factory.SubFactory(PersonFactory)
    appointment = factory.LazyAttribute(lambda o: _post_of(o.person).appointment)
    works_for = factory.SelfAttribute("appointment.works_for")
    system = "takuso"
    kind = Grant.Kind.STANDING
    purpose = "託送供給等"
    valid_from = NOON - timedelta(days=30)
    valid_to = NOON + timedelta(days=30)


def _post_of(person):
    return person.posts.order_by("pk").first() or PostFactory(person=person)


class EmergencyFactory(DjangoModelFactory[Emergency]):
    """An emergency that two people declared; `terms=False`: nobody has yet."""

    class Meta:
        model = Emergency
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"E{n:03d}")
    cause = "台風第8号"
    owner = factory.LazyFunction(
        lambda: Company.objects.filter(kind="network").first() or CompanyFactory()
    )
    areas = factory.LazyFunction(lambda: ["0901", "0902"])
    systems = factory.LazyFunction(lambda: list(EVERYWHERE))
    starts_at = NOON - timedelta(hours=6)
    ends_at = NOON + timedelta(hours=66)

    @factory.post_generation
    def terms(self, create, extracted, **kwargs):
        if not create or extracted is False:
            return
        EmergencyTerm.objects.create(
            emergency=self,
            signed=period(self.starts_at, self.ends_at),
            declared_by=PersonFactory(),
            declared_at=self.starts_at,
            confirmed_by=PersonFactory(),
            confirmed_at=self.starts_at,
        )


class SupporterFactory(DjangoModelFactory[Supporter]):
    class Meta:
        model = Supporter

    emergency = factory.SubFactory(EmergencyFactory)
    person = factory.SubFactory(PersonFactory)
    starts_at = NOON - timedelta(hours=5)
    ends_at = NOON + timedelta(hours=7)
