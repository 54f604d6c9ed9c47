"""Every way of stopping somebody, each through the door by which it comes."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sekisho.terms.days import day_in_japan
from sekisho_web.accounts.models import (
    Account,
    AccountReview,
    AccountUse,
    AppointmentTerm,
    Hold,
    PersonNumber,
    Session,
    period,
)
from sekisho_web.accounts.operations import authenticators, reviews, suspend
from sekisho_web.terminals.models import Device
from tests.doors.accounts.api.asking import Program
from tests.doors.accounts.scim.speaking import Directory, feed_of
from tests.factories import CompanyFactory, PersonFactory, UnitFactory, sign_in
from tests.factories.signed_in import over_tls
from tests.records.accounts import deliveries, rows

NUMBER = "0000012"


def employed(person):
    """Let the company of `person` know them by a number, as its feed does."""
    post = person.posts.select_related("appointment__employer").get()
    PersonNumber.objects.get_or_create(
        company=post.appointment.employer,
        number=NUMBER,
        defaults={"person": person, "valid_from": post.valid.lower},
    )
    return post.appointment.employer


def directory_of(person):
    directory = Directory(over_tls(Client()), feed_of(employed(person)))
    return directory, directory.made(name="kado", number=NUMBER, active=True)


def said(answer, *statuses):
    assert answer.status_code in statuses, answer.content.decode()[:2000]


# a directory


def scim_patch(person):
    directory, uid = directory_of(person)
    said(
        directory.patch(uid, {"op": "Replace", "value": {"active": "False"}}),
        200,
        204,
    )


def scim_put(person):
    directory, uid = directory_of(person)
    said(directory.put(uid, name="kado", number=NUMBER, active=False), 200)


def scim_new(person):
    """A document that begins with somebody who is not active."""
    directory = Directory(over_tls(Client()), feed_of(employed(person)))
    directory.made(name="kado", number=NUMBER, active=False)


# files of personnel


def _named(person):
    return {"氏名": person.name, "カナ": person.kana}


def csv_leaver(person):
    source = deliveries.feed(company=employed(person))
    yesterday = day_in_japan(timezone.now() - timedelta(days=1))
    line = deliveries.leaving(NUMBER, last=f"{yesterday:%Y/%m/%d}", **_named(person))
    deliveries.applied(source, line, at=timezone.now())


def csv_mover(person):
    """Moves yesterday; the session wears the old post."""
    company = employed(person)
    deliveries.units()
    UnitFactory(code="N09-05", company=company)
    source = deliveries.feed(company=company)
    yesterday = day_in_japan(timezone.now() - timedelta(days=1))
    line = deliveries.row(NUMBER, 発令日=f"{yesterday:%Y/%m/%d}", **_named(person))
    deliveries.applied(source, line, at=timezone.now())


# people at pages


def somebody_of_the_second_line():
    client = Client()
    sign_in(client, compliance=True, proof=0)
    return client


def page_of_the_person(person):
    answer = somebody_of_the_second_line().post(
        reverse("accounts:stop_person", args=[person.code]),
        {"reason": "investigation", "note": "通報の調べ"},
    )
    said(answer, 302)


def page_of_the_id(person):
    account = person.accounts.get(system="takuso")
    answer = somebody_of_the_second_line().post(
        reverse("accounts:stop_id", args=[account.pk]),
        {"reason": "investigation", "note": "通報の調べ"},
    )
    said(answer, 302)


def page_of_the_session(person):
    answer = somebody_of_the_second_line().post(
        reverse("accounts:end_session", args=[person.code]), {"note": "離席したまま"}
    )
    said(answer, 302)


# programs


def api_of_the_person(person):
    program = Program(over_tls(Client()), employed(person))
    said(
        program.post(f"accounts/persons/{person.code}/suspend", reason="lost", note="紛失の届け"),
        200,
        201,
    )


def api_of_the_id(person):
    program = Program(over_tls(Client()), CompanyFactory())
    account = person.accounts.get(system="takuso")
    said(
        program.post(
            f"accounts/accounts/{account.pk}/suspend", reason="investigation", note="通報の調べ"
        ),
        200,
        201,
    )


# lost things, and answers


def lost_report(person):
    key = rows.authenticator(person)
    authenticators.revoke(
        authenticator=key.pk, by=person, now=timezone.now(), because="職員証の紛失", lost=True
    )


def lost_terminal(person):

    number = Session.objects.get(person=person).device
    suspend(
        target=Device.objects.get(number=number),
        reason=Hold.Reason.LOST,
        by=PersonFactory(),
        now=timezone.now(),
    )


def lost_grant(person):
    suspend(
        target=person.grants.get(system="takuso"),
        reason=Hold.Reason.INVESTIGATION,
        by=None,
        now=timezone.now(),
    )


def review_answered(person):
    now = timezone.now()
    account = person.accounts.get(system="takuso")
    review = AccountReview.objects.create(
        account=account,
        holder=person,
        assignee=PersonFactory(),
        opened_at=now - timedelta(days=1),
        due_at=now + timedelta(days=1),
        facts={},
    )
    reviews.answer_review(
        review=review, answer="stop", note="要らない", by=review.assignee, now=now
    )


# nobody does anything: time alone


def silence_of_the_review(person):
    now = timezone.now()
    AccountReview.objects.create(
        account=person.accounts.get(system="takuso"),
        holder=person,
        assignee=PersonFactory(),
        opened_at=now - timedelta(days=14),
        due_at=now,
        facts={},
    )


def dormancy(person):
    now = timezone.now()
    AccountUse.objects.filter(account__person=person).delete()
    Account.objects.filter(person=person).update(
        issued_at=now - timedelta(days=400), last_used_at=now - timedelta(days=190)
    )


def the_post_ended_by_time(person):
    """The term was to end at this moment, and does; no delivery, no job."""

    post = person.posts.get()
    now = timezone.now()
    person.grants.update(revoked_at=now)
    AppointmentTerm.objects.filter(pk=post.pk).update(valid=period(post.valid_from, now))


STOPS = [
    scim_patch,
    scim_put,
    scim_new,
    csv_leaver,
    csv_mover,
    page_of_the_person,
    page_of_the_id,
    page_of_the_session,
    api_of_the_person,
    api_of_the_id,
    lost_report,
    lost_terminal,
    lost_grant,
    review_answered,
]
BY_TIME = [silence_of_the_review, dormancy, the_post_ended_by_time]
WITHOUT_A_HOLD = {csv_mover, page_of_the_session}


# twins


def forgets_the_epoch(person):
    """Deletes the row and leaves the epoch: a row that is written back opens again."""

    Hold.objects.create(person=person, reason="lost", starts_at=timezone.now())
    Session.objects.filter(person=person).delete()


def forgets_the_rows(person):
    """Only says that the person is stopped."""
    Hold.objects.create(person=person, reason="lost", starts_at=timezone.now())


TWINS = [forgets_the_epoch, forgets_the_rows]
