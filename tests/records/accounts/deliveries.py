"""A company with a feed, people under numbers, and files as personnel write them."""

import tomllib
from datetime import UTC, datetime, timedelta

from sekisho_links import shipped
from sekisho_web.accounts.models import PersonNumber, UnitMapping
from sekisho_web.accounts.operations import personnel
from sekisho_web.accounts.queries.deliveries import delivery_of
from tests.factories.people import (
    LONG_AGO,
    AccountFactory,
    CompanyFactory,
    PersonFactory,
    PostFactory,
    UnitFactory,
)
from tests.factories.uses import GrantFactory

MARCH = datetime(2027, 3, 20, 3, tzinfo=UTC)  # 20 March, noon in Japan
APRIL = datetime(2027, 3, 31, 15, tzinfo=UTC)  # 1 April, 00:00 in Japan
LATE = datetime(2027, 4, 5, 3, tzinfo=UTC)
HEAD = (
    "社員番号,氏名,カナ,従事会社,組織コード,役職,発令区分,発令日,終了日,発令番号,枝番,"
    "訂正区分,前社員番号,個人番号"
)


def mapping(name="orders", **said):
    text = shipped("content", "feeds", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text) | said


def feed(*, company=None, name="発令簿", **said):
    company = company or CompanyFactory()
    return personnel.begin_feed(
        company=company,
        name=name,
        mapping=mapping(company=company.code, **said),
        rhythm_hours=24,
        by=None,
        now=LONG_AGO,
    )


def units():
    """Register three units of the network company and one of the retailer, with their duties."""
    CompanyFactory(affiliate=True)
    made = [
        UnitFactory(code="N09-04"),
        UnitFactory(code="N09-05", name="料金課", kind="service_centre"),
        UnitFactory(code="N09-06", name="切替課", kind="service_centre"),
        UnitFactory(sales=True),
    ]
    for unit in made:
        UnitMapping.objects.get_or_create(unit=unit, title="", defaults={"flags": []})
    return made


def employee(number="0000001", *, unit="N09-04", grants=1, **said):
    """Return a person in a post since long ago, with an account and grants in one system."""
    person = PersonFactory(name="架空　花子", kana="カクウ　ハナコ", **said)
    post = PostFactory(person=person, unit=UnitFactory(code=unit), valid_from=LONG_AGO)
    PersonNumber.objects.create(
        person=person, company=post.unit.company, number=number, valid_from=LONG_AGO
    )
    if grants:
        account = AccountFactory(
            person=person, appointment=post.appointment, last_used_at=MARCH - timedelta(days=1)
        )
        for _ in range(grants):
            GrantFactory(
                person=person,
                appointment=post.appointment,
                works_for=post.appointment.works_for,
                account=account,
                valid_from=datetime(2027, 3, 1, tzinfo=UTC),
                valid_to=datetime(2027, 9, 1, tzinfo=UTC),  # the longest a grant may last
            )
    return person


def row(number="0000001", order="1", **said):
    cells = {
        "社員番号": number,
        "氏名": "架空　花子",
        "カナ": "カクウ　ハナコ",
        "従事会社": "送配電",
        "組織コード": "N09-05",
        "役職": "担当",
        "発令区分": "異動",
        "発令日": "2027/4/1",
        "終了日": "",
        "発令番号": order,
        "枝番": "",
        "訂正区分": "新規",
        "前社員番号": "",
        "個人番号": "",
        **said,
    }
    return ",".join(cells[name] for name in HEAD.split(","))


def leaving(number="0000001", order="L1", last="2027/3/31", **said):
    return row(number, order, 発令区分="退職", 発令日="", 終了日=last, 組織コード="", **said)


def file_of(*rows):
    return "\r\n".join([HEAD, *rows, ""]).encode("cp932")


def received(source, *rows, at=MARCH, by=None, data=None):
    return personnel.receive(
        feed=source, data=data or file_of(*rows), name="hatsurei.csv", by=by, now=at
    )


def digest(batch, *, at=MARCH):
    batch.refresh_from_db()
    return delivery_of(batch, now=at).digest


def applied(source, *rows, at=MARCH, by=None, data=None):
    batch = received(source, *rows, at=at, by=by, data=data)
    return personnel.apply(batch=batch, by=by, digest=digest(batch, at=at), now=at)
