from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from sekisho_web.grants.models import Emergency, Grant, Supporter
from sekisho_web.terminals.models import Device, Loan
from tests.factories.people import LONG_AGO, NOON, CompanyFactory, PersonFactory, PostFactory


class DeviceFactory(DjangoModelFactory[Device]):
    class Meta:
        model = Device

    class Params:
        lent = factory.Trait(terminal_class="lent")

    number = factory.Sequence(lambda n: f"D{n:05d}")
    terminal_class = "network"
    owner = factory.SubFactory(CompanyFactory)
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
    class Meta:
        model = Emergency

    code = factory.Sequence(lambda n: f"E{n:03d}")
    cause = "台風第8号"
    areas = factory.LazyFunction(lambda: ["0901", "0902"])
    starts_at = NOON - timedelta(hours=6)
    ends_at = NOON + timedelta(hours=66)


class SupporterFactory(DjangoModelFactory[Supporter]):
    class Meta:
        model = Supporter

    emergency = factory.SubFactory(EmergencyFactory)
    person = factory.SubFactory(PersonFactory)
    starts_at = NOON - timedelta(hours=5)
    ends_at = NOON + timedelta(hours=7)
