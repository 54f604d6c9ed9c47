"""A system that others run, somebody who may use it once, and the log that tells of it."""

from datetime import timedelta

from django.utils import timezone

from sekisho.terms.days import JST
from sekisho_web.accounts.models import System, period
from sekisho_web.grants.models import Use
from tests.factories.people import (
    AccountFactory,
    PersonFactory,
    PostFactory,
    SystemFactory,
    UnitFactory,
)
from tests.factories.uses import GrantFactory

HEAD = "利用日,利用時刻,利用者ID,操作,設備ID,接続元,端末"


def saiene():
    return SystemFactory(
        key="saiene",
        name="再エネ業務管理システム",
        owner=None,
        owner_kind="government",
        controlled_by=[System.Control.LOG_ONLY],
    )


def yesterday(hour, minute=0, second=0):
    """Return a moment of yesterday in Japan."""
    day = timezone.now().astimezone(JST) - timedelta(days=1)
    return day.replace(hour=hour, minute=minute, second=second, microsecond=0)


def user_of(system, *, code="ABKY0101", used=True, records=("AA123456C1",), **grant):
    """Return the use of somebody from 10:05 to 10:25 under a grant until 10:35 for one use."""
    person = PersonFactory()
    PostFactory(person=person, unit=UnitFactory(kind="renewable", code="N09-07", name="再エネ課"))
    account = AccountFactory(person=person, system=system, code=code)
    given = GrantFactory(
        person=person,
        account=account,
        system=system.key,
        kind="per_use",
        purpose="再エネ買取",
        uses_max=1,
        use_minutes=20,
        scope_records=list(records),
        valid_from=yesterday(10, 5),
        valid_to=yesterday(10, 35),
        **grant,
    )
    if not used:
        return given
    return Use.objects.create(
        grant=given,
        uses_max=1,
        no=1,
        person=person,
        during=period(yesterday(10, 5), yesterday(10, 25)),
    )


def line(at, code="ABKY0101", thing="AA123456C1", address="10.1.0.5", device="D-0310"):
    return f"{at:%Y-%m-%d},{at:%H:%M:%S},{code},照会,{thing},{address},{device}"


def log_of(*lines):
    return "\n".join([HEAD, *lines]).encode()
