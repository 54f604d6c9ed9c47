from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from sekisho_web.accounts.models import NO_PASSWORD, Account, Company, Hold, Person, Post, Unit

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


class PostFactory(DjangoModelFactory[Post]):
    class Meta:
        model = Post

    person = factory.SubFactory(PersonFactory)
    unit = factory.SubFactory(UnitFactory)
    role = "担当"
    valid_from = LONG_AGO


class AccountFactory(DjangoModelFactory[Account]):
    class Meta:
        model = Account

    code = factory.Sequence(lambda n: f"TK{n:05d}")
    person = factory.SubFactory(PersonFactory)
    system = "takuso"
    issued_at = LONG_AGO
    last_used_at = NOON - timedelta(days=1)


class HoldFactory(DjangoModelFactory[Hold]):
    class Meta:
        model = Hold

    person = factory.SubFactory(PersonFactory)
    reason = Hold.Reason.INVESTIGATION
    starts_at = NOON - timedelta(hours=1)
