from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from sekisho_web.accounts.models import (
    NO_PASSWORD,
    Account,
    Appointment,
    AppointmentTerm,
    Company,
    Hold,
    Officer,
    Person,
    System,
    Unit,
    period,
)

NOON = datetime(2026, 4, 1, 12, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
LONG_AGO = datetime(2024, 4, 1, tzinfo=ZoneInfo("Asia/Tokyo"))


class CompanyFactory(DjangoModelFactory[Company]):
    class Meta:
        model = Company
        django_get_or_create = ("code",)

    class Params:
        affiliate = factory.Trait(code="R000", name="九陽電力", kind="affiliate")
        rival = factory.Trait(code="R001", name="青空でんき", kind="other_retailer")
        contractor = factory.Trait(code="K01", name="八雲計器", kind="network_contractor")

    code = "N09"
    name = "九陽電力送配電"
    kind = "network"


class UnitFactory(DjangoModelFactory[Unit]):
    class Meta:
        model = Unit
        django_get_or_create = ("code",)

    class Params:
        sales = factory.Trait(
            code="R000-03",
            name="白浜支店営業部",
            kind="sales",
            company=factory.SubFactory(CompanyFactory, affiliate=True),
        )
        compliance = factory.Trait(code="N09-02", name="行為規制推進室", kind="compliance", line=2)
        audit = factory.Trait(code="N09-03", name="内部監査室", kind="internal_audit", line=3)
        it = factory.Trait(code="N09-09", name="情報システム統括部", kind="it", line=1)

    code = "N09-04"
    company = factory.SubFactory(CompanyFactory)
    name = "ネットワークサービスセンター契約課"
    kind = "service_centre"
    line = 1


class PersonFactory(DjangoModelFactory[Person]):
    class Meta:
        model = Person

    code = factory.Sequence(lambda n: f"P{n:05d}")
    login = factory.Sequence(lambda n: f"person{n}")
    name = "山野 みどり"
    kana = "やまの みどり"
    password = NO_PASSWORD


class AppointmentFactory(DjangoModelFactory[Appointment]):
    class Meta:
        model = Appointment

    person = factory.SubFactory(PersonFactory)
    employer = factory.SubFactory(CompanyFactory)
    works_for = factory.SelfAttribute("employer")


class PostFactory(DjangoModelFactory[AppointmentTerm]):
    """A term in force, with the appointment it belongs to."""

    class Meta:
        model = AppointmentTerm
        exclude = ("valid_from", "valid_to", "kind", "works_for")

    valid_from = LONG_AGO
    valid_to = None
    kind = Appointment.Kind.MAIN
    person = factory.SubFactory(PersonFactory)
    unit = factory.SubFactory(UnitFactory)
    works_for = factory.LazyAttribute(lambda o: o.unit.company.principal or o.unit.company)
    appointment = factory.SubFactory(
        AppointmentFactory,
        person=factory.SelfAttribute("..person"),
        employer=factory.SelfAttribute("..unit.company"),
        works_for=factory.SelfAttribute("..works_for"),
        kind=factory.SelfAttribute("..kind"),
    )
    title = "担当"
    valid = factory.LazyAttribute(lambda o: period(o.valid_from, o.valid_to))


class SystemFactory(DjangoModelFactory[System]):
    class Meta:
        model = System
        django_get_or_create = ("key",)

    key = "takuso"
    name = "託送業務システム"
    owner = factory.SubFactory(CompanyFactory)
    owner_kind = "network"
    controlled_by = factory.LazyFunction(lambda: ["gateway"])


class OfficerFactory(DjangoModelFactory[Officer]):
    """Somebody who answers for a system as long as their post runs."""

    class Meta:
        model = Officer
        exclude = ("post",)

    post = factory.SubFactory(PostFactory)
    system = factory.SubFactory(SystemFactory)
    company = factory.SelfAttribute("post.unit.company")
    role = Officer.Role.SYSTEM_OFFICER
    appointment = factory.SelfAttribute("post.appointment")
    valid = factory.LazyAttribute(lambda o: o.post.valid)


class AccountFactory(DjangoModelFactory[Account]):
    """system: the key of a system, which is registered where it is not yet."""

    class Meta:
        model = Account

    code = factory.Sequence(lambda n: f"TK{n:05d}")
    person = factory.SubFactory(PersonFactory)
    system = "takuso"
    appointment = factory.LazyAttribute(lambda o: _appointment_of(o.person))
    works_for = factory.LazyAttribute(
        lambda o: o.appointment.works_for if o.appointment else CompanyFactory()
    )
    issued_at = LONG_AGO
    last_used_at = NOON - timedelta(days=1)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        if isinstance(kwargs["system"], str):
            kwargs["system"] = SystemFactory(key=kwargs["system"])
        return super()._create(model_class, *args, **kwargs)


def _appointment_of(person):
    """Return the first post of `person`, on which their IDs rest, or None."""
    term = person.posts.order_by("pk").first() if person else None
    return term.appointment if term else None


class HoldFactory(DjangoModelFactory[Hold]):
    class Meta:
        model = Hold

    person = factory.SubFactory(PersonFactory)
    reason = Hold.Reason.INVESTIGATION
    starts_at = NOON - timedelta(hours=1)
