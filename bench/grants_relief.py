"""An emergency with 500 helpers and 300 terminals: declared, handed out, lifted.

Everybody who signs has a key in software and really signs; to sign is not in the times.
"""

from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import Any

from bench.measure import report

BAR = 10.0
HOUR = timedelta(hours=1)


def run(helpers: int, terminals: int) -> list[bool]:
    """Measure the three steps, each against its bar, and return whether they held."""
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]  # the desk in software stands at no address
    from sekisho_web.grants.operations import declaring, desk, mobilising
    from sekisho_web.terminals.models import Device
    from sekisho_web.terminals.operations import loans
    from tests.factories import emergencies as people
    from tests.factories.desk import Desk
    from tests.factories.people import LONG_AGO, SystemFactory, UnitFactory
    from tests.factories.pledges import PledgeFactory
    from tests.links.gate.worlds import this_moment

    now = this_moment()
    SystemFactory(key="callcenter")
    before = now - timedelta(days=9)
    declarer = people.somebody(bound_at=before)
    second = people.somebody(compliance=True, bound_at=before)
    emergency = people.prepared(declarer, second, now=now)

    def declared() -> None:
        people.declare(emergency, declarer, now=now)
        people.confirm(emergency, second, now=now)

    held = [step("declare", declared, helpers=helpers)]
    emergency.refresh_from_db()
    listed = roster(helpers, owner=emergency.owner, now=now)
    unit = UnitFactory(code="N09-50", kind="call_centre", name="第1コールセンター")
    clerk = Desk()
    devices = Device.objects.bulk_create(
        Device(
            number=f"L{n:05d}", terminal_class="lent", owner=emergency.owner,
            can_show_non_public=True, valid_from=LONG_AGO,
        )
        for n in range(terminals)
    )  # fmt: skip
    called: list[Any] = []

    def call_out() -> None:
        called.extend(
            mobilising.call_out(
                emergency=emergency, people=listed, unit=unit, by=clerk.clerk, now=now
            )
        )

    held.append(step("call out and issue", call_out, helpers=helpers))
    shifts(called, emergency, now=now)
    for one in called[:terminals]:
        PledgeFactory(person=one.person, subject=emergency.code, at=now - timedelta(minutes=5))
    signed = [
        clerk.signed(
            loans.to_lend(
                device=device, person=one.person, by=clerk.clerk, due=now + 8 * HOUR,
                occasion=emergency.code, now=now,
            ),
            one.person,
        )
        for one, device in zip(called, devices, strict=False)
    ]  # fmt: skip
    held.append(
        step(
            "hand out",
            lambda: desk.hand_out_all(
                emergency=emergency, all_signed=signed, by=clerk.clerk, now=now
            ),
            terminals=terminals,
        )
    )
    held.append(
        step(
            "lift",
            lambda: declaring.lift(
                emergency=emergency, reason="停電が復旧した", by=declarer.person,
                hat=declarer.hat, now=now + 2 * HOUR,
            ),
            helpers=helpers,
        )
    )  # fmt: skip
    return held


def step(name: str, act: Callable[[], object], **more: object) -> bool:
    began = perf_counter()
    act()
    seconds = perf_counter() - began
    return report(
        bench="grants_emergency", subject=name, value=seconds, floor=BAR, ratio=seconds / BAR,
        bar=1, at_most=True, rounds=1, **more,
    )  # fmt: skip


def roster(count: int, *, owner: Any, now: Any) -> list[Any]:
    """Return `count` people of the roster, written in bulk."""
    from sekisho_web.accounts.models import (
        NO_PASSWORD,
        Appointment,
        AppointmentTerm,
        Person,
        period,
    )
    from sekisho_web.grants.models import RosterLine
    from tests.factories.people import LONG_AGO, CompanyFactory, UnitFactory

    company, unit = CompanyFactory(affiliate=True), UnitFactory(sales=True)
    people = Person.objects.bulk_create(
        Person(code=f"H{n:05d}", login=f"h{n}", name="応援 太郎", password=NO_PASSWORD)
        for n in range(count)
    )
    posts = Appointment.objects.bulk_create(
        Appointment(person=one, employer=company, works_for=company) for one in people
    )
    AppointmentTerm.objects.bulk_create(
        AppointmentTerm(appointment=post, person=post.person, unit=unit, valid=period(LONG_AGO))
        for post in posts
    )
    RosterLine.objects.bulk_create(
        RosterLine(
            person=one, owner=owner, unit=unit, is_sales=True, listed_at=LONG_AGO,
            trained_on=now.date() - timedelta(days=30),
        )
        for one in people
    )  # fmt: skip
    return people


def shifts(called: list[Any], emergency: Any, *, now: Any) -> None:
    """Give everybody who was called their shift, as the last signature of their request does."""
    from sekisho_web.accounts.models import Account
    from sekisho_web.grants.models import Grant

    ids = dict(Account.objects.filter(kind="temporary").values_list("person_id", "pk"))
    Grant.objects.bulk_create(
        Grant(
            code=f"GR{n:05d}", person_id=one.person_id, appointment_id=one.appointment_id,
            works_for=emergency.owner, account_id=ids[one.person_id], emergency=emergency,
            system="callcenter", kind="period", purpose="非常災害対応", valid_from=now,
            valid_to=now + 8 * HOUR,
        )
        for n, one in enumerate(called)
    )  # fmt: skip
