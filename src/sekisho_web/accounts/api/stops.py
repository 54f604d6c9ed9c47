"""Stops by a program: the one path, and the end of what it stopped itself."""

from datetime import datetime

from sekisho.accounts.keys import Scope
from sekisho_web.accounts.api import shapes
from sekisho_web.accounts.api.endpoints import NotThere, endpoint
from sekisho_web.accounts.api.registers import accounts_as, own_person, people_as
from sekisho_web.accounts.models import Account, ApiToken
from sekisho_web.accounts.operations import programs as operations
from sekisho_web.accounts.queries import programs


@endpoint(
    "accounts/<int:number>/suspend", scope=Scope.HOLD, method="POST", asks=shapes.Suspend,
    summary="アカウントを止める", answers=shapes.Account, parameters={"number": int},
)  # fmt: skip
def suspend_account(
    *, key: ApiToken, asked: shapes.Suspend, now: datetime, number: int
) -> shapes.Account:
    account = _account(key, number)
    operations.stop(target=account, key=key, reason=asked.reason.value, note=asked.note, now=now)
    return accounts_as([account], company=key.company, now=now)[0]


@endpoint(
    "accounts/<int:number>/resume", scope=Scope.HOLD, method="POST", asks=shapes.Resume,
    summary="このプログラムが止めたアカウントの停止を解く", answers=shapes.Account,
    parameters={"number": int},
)  # fmt: skip
def resume_account(
    *, key: ApiToken, asked: shapes.Resume, now: datetime, number: int
) -> shapes.Account:
    account = _account(key, number)
    operations.resume(target=account, key=key, note=asked.note, now=now)
    return accounts_as([account], company=key.company, now=now)[0]


@endpoint(
    "persons/<str:code>/suspend", scope=Scope.HOLD, method="POST", asks=shapes.Suspend,
    summary="自社の人を止める", answers=shapes.Person, parameters={"code": str},
)  # fmt: skip
def suspend_person(
    *, key: ApiToken, asked: shapes.Suspend, now: datetime, code: str
) -> shapes.Person:
    person = own_person(key.company, code)
    operations.stop(target=person, key=key, reason=asked.reason.value, note=asked.note, now=now)
    return people_as([person], company=key.company, now=now)[0]


@endpoint(
    "persons/<str:code>/resume", scope=Scope.HOLD, method="POST", asks=shapes.Resume,
    summary="このプログラムが止めた人の停止を解く", answers=shapes.Person,
    parameters={"code": str},
)  # fmt: skip
def resume_person(
    *, key: ApiToken, asked: shapes.Resume, now: datetime, code: str
) -> shapes.Person:
    person = own_person(key.company, code)
    operations.resume(target=person, key=key, note=asked.note, now=now)
    return people_as([person], company=key.company, now=now)[0]


def _account(key: ApiToken, number: int) -> Account:
    found = programs.accounts(key.company).filter(pk=number, closed_at=None).first()
    if found is None:
        raise NotThere
    return found
