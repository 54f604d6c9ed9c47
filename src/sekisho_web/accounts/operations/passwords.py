"""Passwords are set by their holders, with a ticket or with the one before; nobody types another's.

Nobody is shown, told or mailed a password: an officer makes one unusable, and hands out a ticket.
"""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.http import HttpRequest

from sekisho.accounts import passwords as rule
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_links.accounts.breached import UnreadableList, is_known, lists
from sekisho_web.accounts import sessions as session
from sekisho_web.accounts.models import (
    NO_PASSWORD,
    Authenticator,
    Company,
    PasswordPolicy,
    PasswordRecord,
    Person,
    SignIn,
)
from sekisho_web.accounts.operations import sessions, tickets
from sekisho_web.accounts.queries.passwords import names_of, policies_of
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.ledger import operations as ledger


class CannotChange(Exception):
    """A password may not be set so. field: of the form, to which the words belong."""

    def __init__(self, refusal: Refusal, *, field: str = "new") -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
        self.field = field


@transaction.atomic
def change_own(request: HttpRequest, *, old: str, new: str, now: datetime) -> None:
    """Set the password of the person in hand to `new`; their other sessions are over.

    Raises CannotChange where `old` is not theirs, or `new` may not be it.
    """
    person = Person.objects.select_for_update().get(pk=person_of(request).pk)
    if not check_password(rule.normalized(old), person.password):
        raise CannotChange(
            Refusal(reason="いまのパスワードが違います", remedy="入れ直してください"), field="old"
        )
    _set(person, new, now=now)
    request.user = person
    sessions.end_others(request, because=SignIn.End.PASSWORD, now=now)
    request.session.pop(session.PASSWORD_DUE, None)
    request.session.cycle_key()
    _enter("パスワードの変更", person, by=person, now=now)


@transaction.atomic
def set_first(*, login: str, code: str, new: str, now: datetime) -> Person:
    """Set the first password of `login` with the ticket of this number, and return the person.

    A ticket sets a password once, while there is none. It still binds the first authenticator;
    where one is bound, it is used up. Raises CannotChange with the same words for an unknown ID, a
    password that is there and a ticket that does not fit: nobody learns who has which.
    """
    person = Person.objects.select_for_update().filter(login=login).first()
    unfit = Refusal(
        reason="この利用者IDと登録票の番号では、パスワードを決められません",
        remedy="番号を確かめてください。すでに決めたパスワードを忘れたときは、責任者に知らせてください",
    )
    if person is None or person.has_usable_password():
        raise CannotChange(unfit, field="code")
    try:
        ticket = tickets.open_ticket(person=person, code=code, now=now)
    except tickets.CannotBind as error:
        raise CannotChange(unfit, field="code") from error
    _set(person, new, now=now)
    if Authenticator.objects.filter(person=person, revoked_at=None).exists():
        tickets.use_ticket(ticket=ticket.pk, person=person, now=now)
    _enter("最初のパスワード", person, by=person, now=now)
    return person


@transaction.atomic
def make_unusable(*, person: Person, by: Person | None, now: datetime) -> None:
    """Forget the password of `person`, who lost it; all their sessions are over.

    They set a new one with a ticket. The forgotten one is remembered among those before.
    """
    if by is not None and by.pk == person.pk:
        raise CannotChange(
            Refusal(
                reason="自分のパスワードは、ここでは取り消せません",
                remedy="「パスワードを変える」で変えてください",
            )
        )
    current = Person.objects.select_for_update().get(pk=person.pk)
    _remember(current, now=now)
    current.password, current.password_set_at = NO_PASSWORD, None
    current.save(update_fields=["password", "password_set_at"])
    sessions.end_sessions(person=current, because=SignIn.End.PASSWORD, now=now)
    _enter("パスワードの取消し", current, by=by, now=now)


@transaction.atomic
def set_policy(
    *, company: Company, asks: rule.PasswordPolicy, by: Person, now: datetime
) -> PasswordPolicy:
    """Keep what `company` asks of passwords, enter it in the ledger, and return it."""
    policy, _ = PasswordPolicy.objects.update_or_create(
        company=company,
        defaults={
            "shortest": asks.shortest,
            "remembered": asks.remembered,
            "rotation": asks.rotation.value,
            "months": asks.months,
        },
    )
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=policy,
        at=now,
        details={
            "act": "パスワードの定め",
            "company": company.code,
            "shortest": asks.shortest,
            "remembered": asks.remembered,
            "rotation": asks.rotation.value,
            "months": asks.months,
        },
    )
    return policy


def _set(person: Person, new: str, *, now: datetime) -> None:
    policy = rule.together(policies_of(person, now=now))
    if refusal := _refusal(person, new, policy=policy, now=now):
        raise CannotChange(refusal)
    _remember(person, now=now)
    person.set_password(rule.normalized(new))
    person.password_set_at = now
    person.save(update_fields=["password", "password_set_at"])
    kept = person.passwords.order_by("-set_at", "-pk").values_list("pk", flat=True)
    person.passwords.exclude(pk__in=list(kept[: rule.MOST_REMEMBERED])).delete()


def _refusal(
    person: Person, new: str, *, policy: rule.PasswordPolicy, now: datetime
) -> Refusal | None:
    names = names_of(person, now=now)
    if refusal := rule.refusal_of(new, policy=policy, login=person.login, names=names):
        return refusal
    try:
        if is_known(rule.lookups(new), among=lists(Path(settings.SEKISHO_HOME))):
            return rule.known_refusal()
    except UnreadableList as error:
        return Refusal(
            reason=f"{error.problem}。調べられないあいだは、変えられません",
            remedy="システム管理者に知らせてください",
        )
    earlier = person.passwords.order_by("-set_at", "-pk").values_list("hash", flat=True)
    had = [person.password, *earlier[: policy.remembered]]
    if any(check_password(rule.normalized(new), known) for known in had):
        return rule.repeated_refusal(policy)
    return None


def _remember(person: Person, *, now: datetime) -> None:
    if person.has_usable_password():
        PasswordRecord.objects.create(
            person=person, hash=person.password, set_at=person.password_set_at or now
        )


def _enter(act: str, person: Person, *, by: Person | None, now: datetime) -> None:
    ledger.append(kind=Kind.CONFIG_CHANGE, actor=by, subject=person, at=now, details={"act": act})
