"""A1, A4, A7, A8, A10, A12 to A14, A16: held by the database when the operation is gone around."""

import pytest

from sekisho_web.accounts.models import (
    Account,
    AccountRequest,
    AccountReview,
    Appointment,
    Authenticator,
    FeedBatch,
    Hold,
    OrderLine,
    Person,
    Push,
    System,
    Ticket,
)
from sekisho_web.grants.models import Grant
from tests.factories import (
    NOON,
    AccountFactory,
    CompanyFactory,
    GrantFactory,
    HoldFactory,
    PersonFactory,
    PostFactory,
)
from tests.factories.people import SystemFactory
from tests.records.accounts.around import DAY, FORBIDDEN, HOUR, NOT_NULL, refused, sql
from tests.records.accounts.rows import authenticator, feed, push, request, review, shared, ticket

pytestmark = pytest.mark.django_db


# A1 one person per account, one open personal account a person, system and company


def test_a1_an_id_of_nobody_and_a_second_open_id_are_refused():
    account = AccountFactory()

    with refused("account_of_one_person_has_that_person"):
        AccountFactory(person=None)
    with refused("account_one_open_a_person_and_system"):
        AccountFactory(person=account.person)
    for column in ("system", "works_for_id", "issued_at", "kind"):
        with refused():
            sql(f"UPDATE accounts_account SET {column} = NULL WHERE id = %s", account.pk)


def test_a1_the_same_person_may_have_one_for_each_company_and_a_closed_one_never_opens_again():
    account = AccountFactory()
    AccountFactory(
        person=account.person, works_for=CompanyFactory(affiliate=True), appointment=None
    )
    Account.objects.filter(pk=account.pk).update(closed_at=NOON)
    AccountFactory(person=account.person)

    for value in ("NULL", "closed_at + interval '1 day'"):
        with refused(state=FORBIDDEN):
            sql(f"UPDATE accounts_account SET closed_at = {value} WHERE id = %s", account.pk)


@pytest.mark.parametrize(
    "change",
    [
        "person_id = %s",
        "works_for_id = %s",
        "code = 'other'",
        "system = 'nwonline'",
        "kind = 'service'",
    ],
    ids=["持つ人", "会社", "符号", "システム", "種類"],
)
def test_a1_an_id_stays_what_it_was_issued_as(change):
    account, other = AccountFactory(), PersonFactory()
    SystemFactory(key="nwonline")
    value = CompanyFactory(affiliate=True).pk if "works_for" in change else other.pk

    with refused(state=FORBIDDEN):
        sql(
            f"UPDATE accounts_account SET {change} WHERE id = {account.pk}",
            *([value] if "%s" in change else []),
        )


# A4 an account serves only the company it was issued for


def test_a4_a_grant_uses_no_id_of_another_company_or_person():
    post = PostFactory()
    own = AccountFactory(person=post.person)
    retail = AccountFactory(
        person=post.person, works_for=CompanyFactory(affiliate=True), appointment=None
    )
    grant = GrantFactory(person=post.person, account=own)

    for wrong in (retail, AccountFactory()):
        with refused("grant_uses_an_account_of_its_person_for_the_same_company"):
            Grant.objects.filter(pk=grant.pk).update(account=wrong)
    with refused("grant_is_of_an_appointment_of_its_person"):
        Grant.objects.filter(pk=grant.pk).update(account=None, works_for=retail.works_for)
    with refused(state=NOT_NULL):
        sql("UPDATE grants_grant SET works_for_id = NULL")


def test_a4_an_id_and_a_request_rest_on_a_post_of_the_same_person_for_the_same_company():
    own, other = PostFactory(), PostFactory()
    elsewhere = CompanyFactory(affiliate=True)

    with refused("account_rests_on_an_appointment_of_its_person"):
        AccountFactory(person=own.person, appointment=other.appointment)
    with refused("account_rests_on_an_appointment_of_its_person"):
        AccountFactory(person=own.person, appointment=own.appointment, works_for=elsewhere)
    with refused("request_rests_on_an_appointment_of_its_person"):
        request(works_for=elsewhere)


# A7 what was ended does not come back


def test_a7_the_epoch_of_sessions_never_goes_back():
    person = PersonFactory(session_epoch=3)

    with refused("person_epoch_never_goes_back"):
        Person.objects.filter(pk=person.pk).update(session_epoch=2)


def test_a7_a_stop_is_never_taken_for_another_never_opened_again_and_stops_one_thing():
    hold = HoldFactory(reason="lost")
    account = AccountFactory()

    for change in (f"person_id = {PersonFactory().pk}", "reason = 'feed'", "starts_at = now()"):
        with refused(state=FORBIDDEN):
            sql(f"UPDATE accounts_hold SET {change} WHERE id = %s", hold.pk)
    Hold.objects.filter(pk=hold.pk).update(ends_at=NOON)
    with refused(state=FORBIDDEN):
        Hold.objects.filter(pk=hold.pk).update(ends_at=None)
    with refused("hold_stops_exactly_one_thing"):
        HoldFactory(account=account)
    with refused("hold_stops_exactly_one_thing"):
        HoldFactory(person=None)
    HoldFactory(person=None, account=account)
    with refused("hold_is_open_once_a_account_and_reason"):
        HoldFactory(person=None, account=account)


# A8 unused for the months of its system


@pytest.mark.parametrize("months", [0, 7, 32767])
def test_a8_no_system_waits_longer_than_half_a_year(months):
    system = SystemFactory()

    with refused("system_stops_unused_ids_within_half_a_year"):
        System.objects.filter(pk=system.pk).update(dormancy_months=months)
    with refused(state=NOT_NULL):
        sql("UPDATE accounts_system SET dormancy_months = NULL")


# A10 no second factor without a ticket, no key that can be copied, none exchanged in its row


def test_a10_nothing_is_bound_without_a_ticket_of_its_person_nor_twice_with_one():
    bound = authenticator()

    for wrong in (
        None,
        ticket(used_at=NOON),  # of somebody else
        ticket(bound.person),  # not used
        ticket(bound.person, withdrawn_at=NOON),
        ticket(bound.person, used_at=NOON - HOUR / 2),  # for another one, an hour ago
        ticket(bound.person, used_at=NOON, issued_at=NOON - 3 * DAY, expires_at=NOON),
    ):
        with refused("authenticator_is_bound_by_a_good_ticket"):
            authenticator(bound.person, ticket=wrong)
    with refused("accounts_authenticator_ticket_id_key"):
        authenticator(bound.person, ticket=bound.ticket)
    with refused(state=FORBIDDEN):
        Authenticator.objects.filter(pk=bound.pk).update(person=PersonFactory())


@pytest.mark.parametrize("kind", ["webauthn", "totp", "recovery_codes"])
def test_a10_the_library_is_given_no_factor_that_was_not_bound(kind):
    person = authenticator().person

    with refused("factor_is_a_bound_authenticator"):
        sql(
            "INSERT INTO mfa_authenticator (type, data, user_id, created_at)"
            " VALUES (%s, %s, %s, now())",
            kind,
            '{"name": "x", "credential": {"id": "eHh4"}}',
            person.pk,
        )


def test_a10_no_key_that_can_be_synced_no_card_twice_no_key_of_two_people():
    bound = authenticator(card_number="0001")

    with refused("authenticator_cannot_be_synced"):
        authenticator(backup_eligible=True)
    with refused(state=FORBIDDEN):
        Authenticator.objects.filter(pk=bound.pk).update(backup_eligible=True)
    with refused("authenticator_card_is_bound_once"):
        authenticator(card_number="0001")
    with refused("accounts_authenticator_credential_id_key"):
        authenticator(credential_id=b"c0")


def test_a10_a_key_is_not_exchanged_in_its_row_and_a_revoked_one_does_not_come_back():
    bound = authenticator()

    for column in ("public_key = 'x'", "credential_id = 'x'", "kind = 'x'", "bound_at = now()"):
        with refused(state=FORBIDDEN):
            sql(f"UPDATE accounts_authenticator SET {column}")
    sql("UPDATE accounts_authenticator SET sign_count = 7, revoked_at = %s", NOON + DAY)
    for value in ("NULL", "now()"):
        with refused(state=FORBIDDEN):
            sql(f"UPDATE accounts_authenticator SET revoked_at = {value}")
    assert Authenticator.objects.get(pk=bound.pk).sign_count == 7


def test_a10_a_ticket_serves_one_person_for_its_time_once():
    used = ticket(used_at=NOON)

    for change in ("expires_at = expires_at + interval '1d'", "code_hash = 'x'", "used_at = NULL"):
        with refused(state=FORBIDDEN):
            sql(f"UPDATE accounts_ticket SET {change} WHERE id = %s", used.pk)
    with refused(state=FORBIDDEN):
        Ticket.objects.filter(pk=used.pk).update(person=PersonFactory())
    with refused("ticket_is_used_or_withdrawn"):
        Ticket.objects.filter(pk=used.pk).update(withdrawn_at=NOON)
    with refused("accounts_ticket_code_hash_key"):
        ticket(code_hash=used.code_hash)
    with refused("ticket_expires_after_its_issue"):
        ticket(expires_at=NOON - HOUR)


# A12 nobody issues, approves, lifts or reviews for themselves


def test_a12_nobody_approves_their_own_id_or_what_they_asked_for():
    asked = request()

    for by in (asked.person, asked.asked_by):
        with refused("request_is_not_approved_by_its_asker_or_its_holder"):
            AccountRequest.objects.filter(pk=asked.pk).update(
                verdict="approved", decided_by=by, decided_at=NOON
            )
    with refused("request_is_decided_wholly_or_not"):
        AccountRequest.objects.filter(pk=asked.pk).update(verdict="approved")
    with refused("request_waits_once_a_person_and_system"):
        request(person=asked.person, appointment=asked.appointment)


def test_a12_nobody_issues_a_ticket_to_themselves():
    person = PersonFactory()

    with refused("ticket_not_issued_to_its_issuer"):
        ticket(person, issued_by=person)


@pytest.mark.parametrize("what", ["person", "account", "authenticator", "grant"])
def test_a12_nobody_lifts_what_stops_them(what):
    person = PersonFactory()
    thing = {
        "person": lambda: person,
        "account": lambda: AccountFactory(person=person),
        "authenticator": lambda: authenticator(person),
        "grant": lambda: GrantFactory(person=person),
    }[what]()
    hold = HoldFactory(**{"person": None, what: thing})

    with refused("hold_is_not_lifted_by_whom_it_stops"):
        Hold.objects.filter(pk=hold.pk).update(ends_at=NOON, lifted_by=person)

    Hold.objects.filter(pk=hold.pk).update(ends_at=NOON, lifted_by=PersonFactory())


def test_a12_nobody_reviews_their_own_id_and_the_holder_is_never_left_out():
    account = AccountFactory()

    with refused("review_is_not_answered_by_the_holder"):
        review(account, assignee=account.person)
    for holder in (None, PersonFactory()):
        with refused("review_names_the_holder"):
            review(account, holder=holder)
    opened = review(account)
    with refused("review_is_not_answered_by_the_holder"):
        AccountReview.objects.filter(pk=opened.pk).update(
            answer="keep", answered_by=account.person, answered_at=NOON
        )
    with refused("review_keeps_for_half_a_year_at_most"):
        AccountReview.objects.filter(pk=opened.pk).update(
            answer="keep",
            answered_by=PersonFactory(),
            answered_at=NOON,
            keep_until=NOON + 185 * DAY,
        )
    with refused("review_is_open_once_an_account"):
        review(account)
    assert review(shared()).holder is None


# A14 only what was verified counts


@pytest.mark.parametrize(
    "change",
    [
        "verified_at = NULL, evidence = '{\"active\": false}'",
        "verified_at = sent_at, evidence = NULL",
        "verified_at = sent_at, evidence = '{}'",
        "verified_at = sent_at, evidence = 'null'",
        "verified_at = sent_at - interval '1 second', evidence = '{\"active\": false}'",
        "sent_at = NULL, verified_at = planned_at, evidence = '{\"active\": false}'",
    ],
    ids=["時刻がない", "証拠がない", "空の証拠", "nullの証拠", "送る前に読んだ", "送っていない"],
)
def test_a14_nothing_turns_green_without_a_reading_after_the_sending(change):
    push(sent_at=NOON + HOUR, state="sent")

    with refused():
        sql(f"UPDATE accounts_push SET state = 'verified', {change}")

    sql(
        "UPDATE accounts_push SET state = 'verified', verified_at = sent_at,"
        " evidence = '{\"active\": false}'"
    )


def test_a14_a_push_is_closed_by_two_people_and_open_once():
    one = push()
    somebody = PersonFactory()

    with refused("push_is_closed_by_two_people_with_evidence"):
        Push.objects.filter(pk=one.pk).update(
            state="closed",
            closed_at=NOON,
            closed_by=somebody,
            closed_second=somebody,
            evidence={"says": "画面で見た"},
        )
    with refused("push_is_in_a_known_state"):
        Push.objects.filter(pk=one.pk).update(state="green")
    with refused("push_is_open_once_an_account"):
        Push.objects.create(
            account=one.account, target=one.target, wanted={}, because="x",
            effective_at=NOON, planned_at=NOON,
        )  # fmt: skip


# A16 a feed touches only its own company


def test_a16_a_feed_speaks_of_its_own_company_only():
    own, other = feed(), CompanyFactory(affiliate=True)
    batch = FeedBatch.objects.create(
        feed=own, company=own.company, data=b"", sha256="0" * 64, received_at=NOON
    )
    line = {"batch": batch, "feed": own, "line": 1, "number": "0001", "said": {}}

    with refused("batch_is_of_the_company_of_its_feed"):
        FeedBatch.objects.filter(pk=batch.pk).update(company=other)
    with refused("line_is_of_the_company_of_its_batch"):
        OrderLine.objects.create(company=other, **line)
    with refused("appointment_is_of_the_company_of_its_feed"):
        Appointment.objects.create(
            person=PersonFactory(), employer=other, works_for=own.company, feed=own
        )
    kept = OrderLine.objects.create(company=own.company, **line)
    with refused(state=FORBIDDEN):
        OrderLine.objects.filter(pk=kept.pk).update(number="0002")
    with refused("batch_is_applied_once"):
        FeedBatch.objects.bulk_create(
            FeedBatch(feed=own, company=own.company, data=b"", sha256="1" * 64, received_at=NOON,
                      state="applied", applied_at=NOON)
            for _ in range(2)
        )  # fmt: skip


def test_a_chart_of_units_never_runs_in_a_circle():
    first, second, third = (
        sql(
            "INSERT INTO accounts_unit (code, company_id, name, kind, site)"
            " VALUES (%s, %s, 'x', 'sales', '') RETURNING id",
            code,
            CompanyFactory().pk,
        )[0][0]
        for code in ("U1", "U2", "U3")
    )
    up = "UPDATE accounts_unit SET parent_id = %s WHERE id = %s"
    sql(up, first, second)
    sql(up, second, third)

    for below in (first, second, third):
        with refused("unit_is_not_above_itself"):
            sql(up, below, first)
