from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from sekisho_web.accounts.models import Feed, FeedBatch, Hold
from sekisho_web.accounts.operations import personnel
from sekisho_web.accounts.operations.watching import personnel_watch
from sekisho_web.accounts.queries.issuing import feed_is_silent
from sekisho_web.campaigns.models import Finding
from tests.factories.people import CompanyFactory, PersonFactory
from tests.records.accounts.deliveries import (
    APRIL,
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

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def source():
    units()
    return feed()


class TestSilence:
    def test_silence_is_a_finding_once(self, source):
        Feed.objects.filter(pk=source.pk).update(heard_at=MARCH)

        assert personnel_watch(now=MARCH + timedelta(hours=36)) == (0, 0)
        assert personnel_watch(now=MARCH + timedelta(hours=37)) == (1, 0)
        personnel_watch(now=MARCH + timedelta(hours=61))
        assert Finding.objects.get(kind="personnel_silent").times == 2

    def test_after_three_business_days_nothing_new_is_given_and_news_opens_again(self, source):
        Feed.objects.filter(pk=source.pk).update(heard_at=MARCH)
        company = CompanyFactory()
        late = MARCH + timedelta(days=9)

        assert not feed_is_silent(company.pk, now=MARCH + timedelta(days=2))
        assert feed_is_silent(company.pk, now=late)
        applied(source, row("0000404"), at=late)
        assert not feed_is_silent(company.pk, now=late)


class TestUnconfirmed:
    """Above the brake, nobody confirmed, and the day has come."""

    @pytest.fixture
    def batch(self, source):
        for n in range(1, 22):
            employee(f"{n:07d}", grants=0)
        orders = (leaving(f"{n:07d}", f"L{n}") for n in range(1, 21))
        return received(source, *orders, row("0000021", "M"))

    def test_explicit_leavers_and_movers_are_stopped_after_four_hours(self, batch):
        almost = APRIL + timedelta(hours=4) - timedelta(seconds=1)

        assert personnel_watch(now=almost)[1] == 0
        assert personnel_watch(now=APRIL + timedelta(hours=4))[1] == 21
        assert Hold.objects.filter(reason=Hold.Reason.FEED, ends_at=None).count() == 21
        assert personnel_watch(now=APRIL + timedelta(hours=5))[1] == 0

    def test_applied_at_last_the_stops_are_lifted(self, batch):
        now = APRIL + timedelta(hours=5)
        personnel_watch(now=APRIL + timedelta(hours=4))
        for by in (PersonFactory(), PersonFactory()):
            personnel.confirm(
                batch=batch, by=by, digest=digest(batch, at=now), expected=21, now=now
            )

        personnel.apply(batch=batch, by=None, digest=digest(batch, at=now), now=now)

        assert not Hold.objects.filter(reason=Hold.Reason.FEED, ends_at=None).exists()
        assert Hold.objects.filter(reason=Hold.Reason.TRANSFER, ends_at=None).count() == 20

    def test_sent_back_the_stops_are_lifted(self, batch):
        now = APRIL + timedelta(hours=5)
        personnel_watch(now=APRIL + timedelta(hours=4))

        personnel.refuse(batch=batch, by=PersonFactory(), reason="誤り", now=now)

        assert not Hold.objects.filter(ends_at=None).exists()


def test_the_absent_are_never_stopped_by_the_watch(source):
    from tests.records.accounts.deliveries import mapping

    units()
    roster = personnel.begin_feed(
        company=CompanyFactory(),
        name="在籍者",
        mapping=mapping("roster", company="N09", number={"width": 7}),
        rhythm_hours=24,
        by=None,
        now=MARCH,
    )
    for n in range(1, 23):
        employee(f"{n:07d}", grants=0)
    data = (
        "社員番号,氏名,カナ,所属コード,役職,種別,配属日,任期満了日\n"
        "0000001,架空　花子,カクウ　ハナコ,N09-04,担当,本務,2024/4/1,\n"
    ).encode("utf-8-sig")
    personnel.receive(feed=roster, data=data, name="z.csv", by=None, now=MARCH)

    personnel_watch(now=MARCH + timedelta(days=2))

    assert not Hold.objects.exists()


def test_a_file_is_taken_on_the_console_with_the_same_brake(source, tmp_path, capsys):
    person = employee(grants=2)
    path = tmp_path / "hatsurei.csv"
    path.write_bytes(file_of(row(発令日="2099/4/1"), row("0000404", "2")))

    call_command("personnel_import", str(path), feed="発令簿")
    told = capsys.readouterr().out
    assert "異動 1 人" in told
    assert "2099-04-01 00:00 に終わる: 利用許可 0 件、ID 1 件" in told
    assert "受け取らない 3行目 社員番号" in told
    assert person.posts.count() == 1

    path.write_bytes(file_of(row(発令日="2099/4/1")))
    call_command("personnel_import", str(path), feed="発令簿", apply=True)
    assert person.posts.count() == 2
    with pytest.raises(CommandError, match="同じ中身"):
        call_command("personnel_import", str(path), feed="発令簿")
    with pytest.raises(CommandError, match="いまあるもの: 発令簿"):
        call_command("personnel_import", str(path), feed="別")
    path.write_bytes(b"\xef\xbb\xbf")
    with pytest.raises(CommandError, match="UTF-8"):
        call_command("personnel_import", str(path), feed="発令簿")
    assert FeedBatch.objects.filter(state=FeedBatch.State.REFUSED).count() == 1
