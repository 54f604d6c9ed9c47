from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection

from sekisho_web.accounts.models import (
    Appointment,
    AppointmentPast,
    AppointmentTerm,
    FeedBatch,
    Hold,
    Movement,
    OrderLine,
    Person,
    PersonNumber,
    Session,
    period,
)
from sekisho_web.accounts.operations import personnel
from sekisho_web.accounts.operations.personnel import CannotDeliver
from sekisho_web.campaigns.models import Finding
from sekisho_web.grants.models import Grant
from tests.factories.people import CompanyFactory, OfficerFactory, PersonFactory, UnitFactory
from tests.records.accounts.deliveries import (
    APRIL,
    LATE,
    MARCH,
    applied,
    digest,
    employee,
    feed,
    file_of,
    leaving,
    received,
    row,
    units,
)

pytestmark = pytest.mark.django_db(transaction=True)  # a belief is kept where its writer is over


@pytest.fixture
def source():
    units()
    return feed()


def terms(person):
    rows = AppointmentTerm.objects.filter(person=person).order_by("valid_from")
    return [(t.unit.code, t.valid_from, t.valid_to) for t in rows.select_related("unit")]


def ledger_rows():
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from ledger.entry")
        return cursor.fetchone()[0]


def test_a_move_ends_the_post_and_what_rests_on_it_at_midnight_in_japan(source):
    person = employee(grants=2)
    office = OfficerFactory(
        post=person.posts.get(), valid=period(datetime(2024, 4, 1, tzinfo=UTC), None)
    )

    batch = applied(source, row())

    assert terms(person) == [("N09-04", terms(person)[0][1], APRIL), ("N09-05", APRIL, None)]
    assert set(Grant.objects.filter(person=person).values_list("revoked_at", flat=True)) == {APRIL}
    office.refresh_from_db()
    assert office.valid_to == APRIL
    assert batch.state == FeedBatch.State.APPLIED
    movement = Movement.objects.get(person=person)
    assert (movement.effective_at, movement.received_at) == (APRIL, MARCH)
    assert Appointment.objects.get(order_no="1").feed == source


def test_a_grant_is_usable_until_the_last_microsecond(source):
    person = employee()
    applied(source, row())

    def usable(at):
        return Grant.objects.usable(now=at).filter(person=person).exists()

    assert usable(APRIL - timedelta(microseconds=1))
    assert not usable(APRIL)


def test_a_belief_is_not_erased(source):
    person = employee()
    applied(source, row())

    past = AppointmentPast.objects.get(person=person)
    assert past.valid_to is None


def test_the_same_bytes_twice_are_told_and_change_nothing(source):
    employee()
    applied(source, row())

    with pytest.raises(CannotDeliver, match="同じ中身"):
        received(source, row(), at=LATE)
    assert FeedBatch.objects.count() == 1


def test_the_same_orders_in_other_bytes_change_nothing(source):
    person = employee()
    applied(source, row())
    before = terms(person)

    again = applied(source, row(), row("0000001", "1", 訂正区分="新規").replace("\r", ""), at=LATE)

    assert terms(person) == before
    assert again.report["moving"] == 0
    assert OrderLine.objects.count() == 1


def test_a_cancelled_move_gives_the_post_back_and_what_would_have_ended_with_it(source):
    person = employee(grants=2)
    before = terms(person)
    applied(source, row())

    applied(source, row(訂正区分="取消"), at=MARCH + timedelta(days=3))

    assert terms(person) == before
    assert set(Grant.objects.filter(person=person).values_list("revoked_at", flat=True)) == {None}


def test_what_ended_before_the_cancellation_came_stays_ended(source):
    person = employee()
    applied(source, row())

    applied(source, row(訂正区分="取消"), at=LATE)

    assert terms(person)[0][2] is None
    assert Grant.objects.get(person=person).revoked_at == APRIL


def test_a_correction_moves_the_day(source):
    person = employee()
    applied(source, row())

    applied(source, row(訂正区分="訂正", 発令日="2027/4/16"), at=MARCH + timedelta(days=3))

    half = APRIL + timedelta(days=15)
    assert [(code, ends) for code, _, ends in terms(person)] == [("N09-04", half), ("N09-05", None)]
    assert Appointment.objects.filter(person=person).count() == 2


def test_another_title_keeps_the_grants(source):
    person = employee()

    applied(source, row(組織コード="N09-04", 役職="課長"))

    assert Grant.objects.get(person=person).revoked_at is None
    assert Appointment.objects.filter(person=person).count() == 1
    assert [t.title for t in person.posts.order_by("valid_from")] == ["担当", "課長"]


def test_late_news_cuts_at_the_true_day_is_found_and_ends_the_session(source):
    person = employee()
    Session.objects.create(session_key="k" * 40, person=person, expire_date=LATE + timedelta(1))

    applied(source, row(), at=LATE)

    assert Grant.objects.get(person=person).revoked_at == APRIL
    assert not Session.objects.filter(person=person).exists()
    finding = Finding.objects.get(kind="late_news")
    assert "4 日遅れて" in finding.sentence
    assert person.name not in finding.sentence


def test_who_has_left_by_now_is_stopped_and_who_leaves_later_is_not(source):
    gone, leaves = employee(), employee("0000002")

    applied(source, leaving(), leaving("0000002", "L2", last="2027/4/30"), at=LATE)

    assert Hold.objects.get(person=gone).reason == Hold.Reason.TRANSFER
    assert not Hold.objects.filter(person=leaves).exists()
    assert PersonNumber.objects.get(person=gone).valid_to == APRIL


def test_a_joiner_is_a_new_person_without_any_authority(source):
    applied(source, row("0000009", 発令区分="採用"))

    person = Person.objects.get(numbers__number="0000009")
    assert person.posts.get().unit.code == "N09-05"
    assert not person.has_usable_password()
    assert not person.grants.exists()
    assert not person.accounts.exists()


def test_a_passage_within_the_group_is_linked_by_the_former_number(source):
    person = employee()
    applied(source, leaving())
    retail = feed(company=CompanyFactory(affiliate=True), name="小売の発令簿")
    joins = row("0000077", "R1", 発令区分="転入", 従事会社="小売", 組織コード="R000-03")
    cells = joins.split(",")
    cells[12] = "0000001"

    applied(retail, ",".join(cells))

    assert Person.objects.filter(name=person.name).count() == 1
    assert {t.unit.code for t in person.posts.all()} == {"N09-04", "R000-03"}
    assert not Finding.objects.filter(kind="unlinked").exists()


def test_an_unlinked_passage_is_found_and_merges_nobody(source):
    employee()
    applied(source, leaving())
    retail = feed(company=CompanyFactory(affiliate=True), name="小売の発令簿")

    applied(retail, row("0000077", "R1", 発令区分="転入", 従事会社="小売", 組織コード="R000-03"))

    assert Person.objects.filter(kana="カクウ　ハナコ").count() == 2
    assert Finding.objects.filter(kind="unlinked").count() == 1


def test_a_unit_without_duties_is_found(source):
    UnitFactory(code="N09-07", name="新しい課")
    employee()

    applied(source, row(組織コード="N09-07"))

    assert Finding.objects.get(kind="unit_unmapped").key == "N09-07"


def test_a_refused_line_is_kept_out_and_told_with_its_remedy(source):
    person = employee()
    other = employee("0000002")

    batch = applied(source, row(組織コード="N09-99"), row("0000002", "2"))

    assert len(terms(person)) == 1
    assert len(terms(other)) == 2
    (fault,) = batch.report["faults"]
    assert (fault["line"], fault["column"]) == (2, "組織")
    assert fault["remedy"]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("社員番号,氏名\n".encode(), id="宣言と違う文字"),
        pytest.param(b"", id="空"),
        pytest.param(b"PK\x03\x04", id="ブック"),
    ],
)
def test_a_file_that_cannot_be_read_is_kept_and_refused(source, data):
    batch = received(source, data=data or b"\n")

    assert batch.state == FeedBatch.State.REFUSED
    assert batch.reason
    with pytest.raises(CannotDeliver):
        personnel.apply(batch=batch, by=None, digest="", now=MARCH)


class TestBrake:
    def many(self, source, count=21, at=MARCH):
        for n in range(1, count + 1):
            employee(f"{n:07d}", grants=0)
        return received(source, *(leaving(f"{n:07d}", f"L{n}") for n in range(1, count + 1)), at=at)

    def test_above_the_brake_two_different_people_must_confirm(self, source):
        batch = self.many(source)
        one, two = PersonFactory(), PersonFactory()
        seen = digest(batch)

        def apply():
            return personnel.apply(batch=batch, by=one, digest=seen, now=MARCH)

        def confirm(by, expected=21):
            personnel.confirm(batch=batch, by=by, digest=seen, expected=expected, now=MARCH)

        assert Finding.objects.get(kind="personnel_mass").key == f"batch:{batch.pk}"
        with pytest.raises(CannotDeliver, match="いま 0 人"):
            apply()
        with pytest.raises(CannotDeliver, match="見込みの人数"):
            confirm(one, expected=None)  # 1 April: personnel announced a number
        with pytest.raises(CannotDeliver, match="20 人"):
            confirm(one, expected=20)
        confirm(one)
        with pytest.raises(CannotDeliver, match="もう確認"):
            confirm(one)
        with pytest.raises(CannotDeliver, match="いま 1 人"):
            apply()
        confirm(two)
        assert apply().state == FeedBatch.State.APPLIED

    def test_what_was_confirmed_is_this_difference_and_no_other(self, source):
        batch = self.many(source)
        seen = digest(batch)
        for by in (PersonFactory(), PersonFactory()):
            personnel.confirm(batch=batch, by=by, digest=seen, expected=21, now=MARCH)
        applied(feed(name="別の発令簿"), row("0000001", "Z1", 発令日="2027/3/25"))

        with pytest.raises(CannotDeliver, match="いま 0 人"):
            personnel.apply(batch=batch, by=None, digest=digest(batch), now=MARCH)
        with pytest.raises(CannotDeliver):
            personnel.apply(batch=batch, by=None, digest=seen, now=MARCH)

    def test_below_the_brake_one_person_applies(self, source):
        batch = self.many(source, count=20)

        assert personnel.apply(batch=batch, by=None, digest=digest(batch), now=MARCH).applied_at

    def test_sent_back_nothing_changes(self, source):
        batch = self.many(source)
        by = PersonFactory()

        with pytest.raises(CannotDeliver, match="理由"):
            personnel.refuse(batch=batch, by=by, reason=" ", now=MARCH)
        personnel.refuse(batch=batch, by=by, reason="人数が違う", now=MARCH)

        assert not AppointmentTerm.objects.exclude(valid_to=None).exists()
        with pytest.raises(CannotDeliver):
            personnel.apply(batch=batch, by=by, digest=digest(batch), now=MARCH)


def test_no_entry_no_change(source, monkeypatch):
    person = employee()
    batch = received(source, row())
    seen = digest(batch)

    def failing(**_):
        raise OSError("ledger")

    monkeypatch.setattr("sekisho_web.ledger.operations.append_all", failing)
    with pytest.raises(OSError, match="ledger"):
        personnel.apply(batch=batch, by=None, digest=seen, now=MARCH)

    assert len(terms(person)) == 1
    batch.refresh_from_db()
    assert batch.state == FeedBatch.State.STAGED


def test_without_the_cut_the_database_refuses_the_end_of_a_post(source, monkeypatch):
    """The broken twin: nobody hears that a post ended, and the whole delivery is refused."""
    person = employee()
    batch = received(source, row())
    monkeypatch.setattr("sekisho_web.accounts.operations.moving.tell", lambda *_, **__: None)

    with pytest.raises(CannotDeliver, match="grant_stays_within_the_post"):
        personnel.apply(batch=batch, by=None, digest=digest(batch), now=MARCH)

    assert len(terms(person)) == 1


def test_a_feed_of_another_company_is_refused_by_the_database(source):
    with pytest.raises(IntegrityError, match="batch_is_of_the_company_of_its_feed"):
        FeedBatch.objects.create(
            feed=source,
            company=CompanyFactory(affiliate=True),
            data=b"",
            sha256="",
            received_at=MARCH,
        )


def test_a_line_of_another_company_changes_nothing(source):
    person = employee()
    other = feed(company=CompanyFactory(affiliate=True), name="小売の発令簿")

    batch = applied(other, row())

    assert len(terms(person)) == 1
    assert batch.report["refused"] == 1


class TestSnapshot:
    head = "社員番号,氏名,カナ,所属コード,役職,種別,配属日,任期満了日"

    @pytest.fixture
    def roster(self):
        units()
        company = CompanyFactory()
        from tests.records.accounts.deliveries import mapping

        return personnel.begin_feed(
            company=company,
            name="在籍者",
            mapping=mapping("roster", company="N09", number={"width": 7}),
            rhythm_hours=168,
            by=None,
            now=MARCH,
        )

    def file(self, *numbers, at=1):
        lines = [f"{n},架空　花子,カクウ　ハナコ,N09-04,担当,本務,2024/4/1," for n in numbers]
        return ("\n".join([self.head, *lines]) + "\n" * at).encode("utf-8-sig")

    def test_the_missing_are_held_then_have_left_and_who_is_back_is_let_in(self, roster):
        here, gone, back = employee(), employee("0000002"), employee("0000003")

        applied(roster, data=self.file("0000001"))
        assert set(Hold.objects.filter(ends_at=None).values_list("person", flat=True)) == {
            gone.pk,
            back.pk,
        }
        assert not AppointmentTerm.objects.exclude(valid_to=None).exists()

        applied(roster, data=self.file("0000001", "0000003"), at=LATE)
        assert not Hold.objects.filter(person=back, ends_at=None).exists()
        assert terms(gone)[0][2] == datetime(2027, 4, 4, 15, tzinfo=UTC)
        assert terms(here)[0][2] is None

    def test_nobody_is_held_because_of_a_line_that_could_not_be_read(self, roster):
        employee(), employee("0000002")

        applied(roster, data=self.file("0000001", "9.00E+20"))

        assert not Hold.objects.exists()


def test_the_file_stays_byte_by_byte(source):
    employee()
    data = file_of(row(氏名="架空　##")).replace(b"##", b"\xf0\x40")

    batch = applied(source, data=data)

    assert bytes(FeedBatch.objects.get(pk=batch.pk).data) == data
    assert [f["refused"] for f in batch.report["faults"]] == [False]
    assert OrderLine.objects.get().raw["name"] == "架空　\ue000"
