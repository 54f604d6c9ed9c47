"""The ministry's log, from its bytes to a verdict a line, as known then and as known now."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from sekisho.terms.days import day_in_japan
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.campaigns.models import Finding
from sekisho_web.grants.models import (
    ForeignLine,
    ForeignLog,
    Grant,
    Reconciliation,
    Verdict,
)
from sekisho_web.grants.operations.foreign import by_hand, receiving, running, watching
from sekisho_web.terminals.models import Sighting
from tests.factories import DeviceFactory, HoldFactory, PersonFactory
from tests.factories.foreign import line, log_of, saiene, user_of, yesterday
from tests.factories.people import AccountFactory, CompanyFactory
from tests.factories.places import SiteFactory

pytestmark = pytest.mark.django_db


def received(system, *lines, **words):
    now = timezone.now()
    told = {
        "name": "saiene.csv",
        "first_on": day_in_japan(yesterday(0)),
        "last_on": day_in_japan(yesterday(0)),
        "by": PersonFactory(),
        "now": now,
    } | words
    return receiving.receive(system=system, data=log_of(*lines), **told)


def classes(run):
    return list(run.verdicts.order_by("line__no").values_list("kind", flat=True))


def test_each_line_has_its_class_and_their_sum_is_the_lines():
    system = saiene()
    use = user_of(system)
    run = received(
        system,
        line(yesterday(10, 7)),
        line(yesterday(10, 8), thing="ZZ999999"),
        line(yesterday(10, 27, 20)),
        line(yesterday(15)),
        line(yesterday(10, 9), code="QQ0001"),
        line(yesterday(10, 10), code=""),
    )

    assert classes(run) == [
        "matched", "off_purpose", "outside", "no_grant", "unknown_id", "unreadable",
    ]  # fmt: skip
    assert sum(run.totals.values()) == run.log.lines == 6
    assert run.verdicts.get(kind="matched").use == use
    assert run.verdicts.get(kind="outside").beside == 140
    assert run.of_uses["used"] == 1


def test_what_is_wrong_is_a_finding_without_a_name():
    system = saiene()
    user_of(system)
    run = received(system, line(yesterday(10, 7)), line(yesterday(15)), line(yesterday(16)))

    found = Finding.objects.get(kind="no_grant")
    assert "2 行" in found.sentence
    assert found.key.startswith(f"saiene:{run.log.sha256[:12]}")
    assert not Finding.objects.filter(kind="outside_time").exists()


@pytest.mark.parametrize(
    ("address", "expected"), [("10.1.0.5", "matched"), ("10.9.0.5", "wrong_place")]
)
def test_a_line_from_the_other_company_is_in_the_wrong_place(address, expected):
    system = saiene()
    use = user_of(system)
    SiteFactory(staff=use.grant.works_for, networks=["10.1.0.0/16"])
    SiteFactory(staff=CompanyFactory(affiliate=True), networks=["10.9.0.0/16"])

    run = received(system, line(yesterday(10, 7), address=address))

    assert classes(run) == [expected]
    assert run.places_judged


def test_without_any_range_of_ours_no_place_is_judged():
    system = saiene()
    user_of(system)

    run = received(system, line(yesterday(10, 7), address="10.9.0.5"))

    assert classes(run) == ["matched"]
    assert not run.places_judged


def test_a_held_account_is_stopped():
    system = saiene()
    use = user_of(system)
    HoldFactory(person=use.person, starts_at=yesterday(9))

    assert classes(received(system, line(yesterday(10, 7)))) == ["stopped"]


def test_an_approved_use_without_a_line_is_unused():
    system = saiene()
    use = user_of(system)
    user_of(system, code="ABKY0102")
    run = received(system, line(yesterday(10, 7), code="ABKY0102"))

    assert run.of_uses == {"used": 1, "unused": 1, "which": [use.pk]}


def test_late_news_changes_the_new_run_and_not_the_old_one():
    system = saiene()
    use = user_of(system)
    first = received(system, line(yesterday(10, 20)))
    Grant.objects.filter(pk=use.grant_id).update(revoked_at=yesterday(10, 10))
    type(use).objects.filter(pk=use.pk).update(during=(yesterday(10, 5), yesterday(10, 10)))

    running.again(system=system, tolerance=120, by=None, now=timezone.now())

    now = Reconciliation.objects.get(knowing="now")
    assert (classes(first), classes(now)) == (["matched"], ["no_grant"])
    assert first.digest != now.digest


def test_the_same_bytes_are_received_once():
    system = saiene()
    user_of(system)
    received(system, line(yesterday(10, 7)))

    with pytest.raises(Refused, match="同じ中身の記録"):
        received(system, line(yesterday(10, 7)))
    assert ForeignLog.objects.count() == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"last_on": day_in_japan(yesterday(0)) + timedelta(days=3)}, "これからの日"),
        ({"last_on": day_in_japan(yesterday(0)) - timedelta(days=3)}, "はじめより前"),
        (
            {
                "first_on": day_in_japan(yesterday(0)) - timedelta(days=3),
                "last_on": day_in_japan(yesterday(0)) - timedelta(days=2),
            },
            "期間の外の日",
        ),
    ],
    ids=["未来", "逆", "外"],
)
def test_a_log_of_other_days_is_refused_and_nothing_is_kept(words, said):
    system = saiene()

    with pytest.raises(Refused, match=said):
        received(system, line(yesterday(10, 7)), **words)
    assert not ForeignLog.objects.exists()


def test_another_count_of_lines_and_days_without_lines_are_told():
    system = saiene()
    user_of(system)
    run = received(
        system,
        line(yesterday(10, 7)),
        said_lines=212,
        first_on=day_in_japan(yesterday(0)) - timedelta(days=9),
    )

    found = Finding.objects.get(kind="unchecked")
    assert "212 行に対して 1 行" in found.sentence
    assert "行のない営業日" in found.sentence
    assert len(run.log.gaps) in (5, 6, 7)


def test_what_was_received_and_found_never_changes():
    system = saiene()
    user_of(system)
    run = received(system, line(yesterday(10, 7)))

    for rows, change in (
        (ForeignLog.objects.all(), {"lines": 0}),
        (ForeignLine.objects.all(), {"code": "X"}),
        (Verdict.objects.all(), {"kind": "matched"}),
        (Reconciliation.objects.all(), {"totals": {}}),
    ):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            rows.update(**change)
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            rows._raw_delete(rows.db)
    assert classes(run) == ["matched"]


def test_a_log_is_the_bytes_of_its_digest():
    with pytest.raises(IntegrityError, match="log_is_the_bytes_of_its_digest"):
        ForeignLog.objects.create(
            system=saiene(), name="x", data=b"other", sha256="0" * 64, lines=0,
            first_on=yesterday(0).date(), last_on=yesterday(0).date(), received_at=timezone.now(),
        )  # fmt: skip


def test_no_class_is_lost_where_the_engine_loses_a_line(monkeypatch):
    system = saiene()
    user_of(system)
    monkeypatch.setattr(running, "run", lambda *_, **__: iter(()))
    monkeypatch.setattr(running, "Counter", lambda _: {"matched": 0})

    with pytest.raises(running.Uncounted):
        received(system, line(yesterday(10, 7)))
    assert not ForeignLog.objects.exists()


def test_the_queries_are_as_many_for_a_hundred_lines_as_for_one(django_assert_max_num_queries):
    system = saiene()
    user_of(system)
    AccountFactory(system=system, code="ABKY0900")

    with django_assert_max_num_queries(45):
        received(system, *[line(yesterday(10, 7, n % 60)) for n in range(100)])


def test_what_comes_late_is_taken_in_by_the_night_and_only_once():
    system = saiene()
    use = user_of(system)
    received(system, line(yesterday(10, 20)))
    assert watching.watch(now=timezone.now()) == (0, 0)

    HoldFactory(person=use.person, starts_at=yesterday(9))

    assert watching.watch(now=timezone.now()) == (0, 1)
    assert watching.watch(now=timezone.now()) == (0, 0)
    assert classes(Reconciliation.objects.get(knowing="now")) == ["stopped"]


def said_by_the_command(file, *lines):
    day = day_in_japan(yesterday(0)).isoformat()
    file.write_bytes(log_of(*lines))
    out = StringIO()
    told = [str(file), "--system=saiene", f"--first-on={day}", f"--last-on={day}", "--json"]
    try:
        call_command("foreign_log", *told, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_each_class_and_ends_by_what_it_found(tmp_path):
    user_of(saiene())

    good, said = said_by_the_command(tmp_path / "a.csv", line(yesterday(10, 7)))
    assert (good, json.loads(said)["totals"]) == (0, {"matched": 1})
    bad, said = said_by_the_command(tmp_path / "b.csv", line(yesterday(15)))
    assert (bad, json.loads(said)["totals"]) == (3, {"no_grant": 1})
    assert said_by_the_command(tmp_path / "c.csv") == (2, "")
    assert ForeignLog.objects.count() == 2


def test_a_manual_use_stays_once_it_is_closed():
    use = user_of(saiene())
    made = by_hand.write_down(
        account=use.grant.account, starts_at=yesterday(10, 7), ends_at=yesterday(10, 9),
        action="照会", thing="AA123456C1", application_no="", by=use.person, now=timezone.now(),
    )  # fmt: skip
    run = by_hand.close(system=use.grant.account.system, by=use.person, now=timezone.now())

    assert run.totals == {"matched": 1}
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        type(made).objects.filter(pk=made.pk).update(thing="X")


def test_of_a_record_by_hand_the_graver_end_speaks():
    use = user_of(saiene())
    by_hand.write_down(
        account=use.grant.account, starts_at=yesterday(10, 7), ends_at=yesterday(10, 40),
        action="照会", thing="AA123456C1", application_no="", by=use.person, now=timezone.now(),
    )  # fmt: skip

    run = by_hand.close(system=use.grant.account.system, by=use.person, now=timezone.now())

    assert list(run.totals) == ["no_grant"]


@pytest.mark.parametrize(("seen", "expected"), [("S2", "wrong_person"), ("S1", "matched")])
def test_who_is_seen_elsewhere_at_that_moment_is_not_who_the_log_says(seen, expected):
    system = saiene()
    use = user_of(system)
    company = use.grant.works_for
    here = SiteFactory(code="S1", staff=company, networks=["10.1.0.0/16"])
    there = SiteFactory(code="S2", staff=company, networks=["10.2.0.0/16"])
    Sighting.objects.create(
        device=DeviceFactory(), site={"S1": here, "S2": there}[seen], person=use.person,
        hour=yesterday(10), last_at=yesterday(10, 8),
    )  # fmt: skip

    assert classes(received(system, line(yesterday(10, 7)))) == [expected]
