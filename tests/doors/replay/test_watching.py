"""Watched combinations are looked for in people, in recorded looks and in old logs."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from sekisho.campaigns.findings import Kind
from sekisho_links.policy.folders import shipped_policy
from sekisho_web.campaigns.models import Finding
from sekisho_web.replay.people import people
from sekisho_web.trace.models import Investigation
from tests.doors.replay.nights import DESK, LONG, SHORT, borrower, made, recorded, run
from tests.factories import (
    AccountFactory,
    EmergencyFactory,
    GrantFactory,
    SupporterFactory,
    somebody,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate")]


def test_a_person_who_has_a_watched_combination_is_found_and_not_named():
    person = borrower()

    run(most=1)

    finding = Finding.objects.get(kind=Kind.WATCHED.value, key="W01:people")
    assert "人に 1 人" in finding.sentence
    assert person.name not in finding.sentence
    assert person.code not in finding.sentence
    assert finding.rules


def test_during_an_emergency_the_same_loan_is_as_it_should_be():
    now = timezone.now()
    EmergencyFactory(starts_at=now - SHORT, ends_at=now + SHORT)
    borrower()

    run(most=1)

    assert not Finding.objects.filter(key="W01:people").exists()


def test_a_recorded_look_that_met_a_watched_combination_is_found():
    recorded({}, context={**DESK, "状況": "訓練"})

    outcome = made("watched")

    assert outcome.seen["W08"]["looks"] >= 1
    assert any(one.key == "W08:looks" for one in outcome.found)


def test_what_was_seen_by_an_earlier_run_is_not_seen_again():
    recorded({}, context={**DESK, "状況": "訓練"})
    run(most=1)

    second = run(most=1)

    (said,) = [one for one in second.checks if one["key"] == "watched"]
    assert said["seen"]["W08"]["looks"] == 0


def shelved(tmp_path, **values):
    row = {"context_id": 0, "system": "takuso", **DESK, "契約相手": "他社", "対象範囲": "職務内"}
    row |= {"accesses": 7, "shown": 7, "undecidable": False, "結果:レコード": "表示", **values}
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "contexts.parquet")
    return Investigation.objects.create(
        question="試し", parameters={}, table_hash="a" * 64, folder=str(tmp_path),
        digest="b" * 64, counts={}, created_at=timezone.now(),
    )  # fmt: skip


def test_an_old_log_that_met_a_watched_combination_is_found_with_the_rows(tmp_path):
    shelved(tmp_path, 利用目的="非常災害対応")

    outcome = made("watched")

    (found,) = [one for one in outcome.found if one.key == "W10:logged:" + "b" * 12]
    assert "登録した調査に 7 件" in found.sentence
    assert "C01" in found.rules
    assert outcome.seen["W10"]["logged"] == 7


def test_an_old_log_without_any_says_nothing(tmp_path):
    shelved(tmp_path)

    assert not [one for one in made("watched").found if ":logged:" in one.key]


def test_people_are_counted_by_what_is_certain_of_them():
    now = timezone.now()
    person = somebody()
    AccountFactory(person=person, last_used_at=now - SHORT)
    GrantFactory(person=person, valid_from=now - LONG, valid_to=now + LONG)
    SupporterFactory(
        person=somebody(),
        emergency=EmergencyFactory(starts_at=now + SHORT, ends_at=now + 3 * SHORT),
        starts_at=now + SHORT,
        ends_at=now + 3 * SHORT,
    )

    found = people(now=now, attributes=shipped_policy().attributes)

    values = {
        "閲覧者区分": "送配電託送", "承認": "常時", "アカウント状態": "有効",
        "利用目的": "託送供給等", "状況": "平常",
    }  # fmt: skip
    assert found.combinations["takuso", frozenset(values.items())] >= 1
    assert found.count >= 2


def test_people_take_as_many_queries_for_three_as_for_thirty(django_assert_num_queries):
    attributes = shipped_policy().attributes
    for n in (3, 30):
        for _ in range(n):
            AccountFactory(person=somebody())
        with django_assert_num_queries(10):
            people(now=timezone.now(), attributes=attributes)
