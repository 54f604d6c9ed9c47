"""Looks are read back as they were recorded; where leaf and details part, it is said."""

from datetime import timedelta

import psycopg
import pytest

from sekisho.ledger.leaves import Act, Kind, OwnerClass
from sekisho_links.ledger.keys import Keys
from sekisho_links.ledger.sampling import combinations, sample
from sekisho_links.ledger.writing import Subject
from tests.links.ledger.conftest import NOON, look

TABLE = "a" * 64
CONTEXT = {"閲覧者区分": "送配電託送", "状況": "平常"}


def decided(n=0, **changes):
    said = {
        "table": TABLE,
        "context": CONTEXT,
        "act": Act.VIEW,
        "decision": "partial",
        "rows": {OwnerClass.RIVAL: 1},
        "shown": [("customer_name", 1)],
        "subjects": [
            Subject(
                key=f"takuso:{n}",
                details={"record": str(n), "owner": "rival", "items": {"customer_name": "partial"}},
            )
        ],
    }
    return look(**said | changes)


@pytest.fixture
def owner(server, database):
    with psycopg.connect(server.url("owner", database=database), autocommit=True) as found:
        yield found


@pytest.fixture
def drawn(owner, home):
    return lambda seed=1, most=100: list(
        sample(owner, keys=Keys(home / "keys"), seed=seed, most=most)
    )


def test_a_look_is_read_back_as_it_was_recorded(recorder, drawn):
    receipt = recorder.record(decided())

    (found,) = drawn()

    assert found.number == receipt.id
    assert (found.system, found.screen, found.table) == ("takuso", "TK-D01", TABLE)
    assert found.context == CONTEXT
    assert found.rows == [("rival", {"customer_name": "partial"})]
    assert found.fault == ""


def test_what_was_not_decided_is_no_part_of_the_sample(recorder, drawn):
    recorder.record(look(kind=Kind.LOGIN, shown=[], subjects=[], rows={}, seen={}))
    recorder.record(look())
    recorder.record(decided(kind=Kind.REFUSE, decision="refused", shown=[], subjects=[], rows={},
                            seen={}))  # fmt: skip
    recorder.record(decided(kind=Kind.EXPORT_CHUNK))

    assert len(drawn()) == 1


def test_the_same_day_draws_the_same_records_and_another_day_others(recorder, drawn):
    for n in range(200):
        recorder.record(decided(n))

    def numbers(seed):
        return [one.number for one in drawn(seed=seed, most=50)]

    assert numbers(1) == numbers(1)
    assert numbers(1) != numbers(2)
    assert 20 < len(numbers(1)) < 90
    assert len(drawn(most=1_000)) == 200


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        pytest.param({"shown": [("customer_name", 0)]}, "項目の要約", id="葉は表示、詳細は一部"),
        pytest.param({"shown": []}, "項目の要約", id="葉に項目がない"),
        pytest.param({"decision": "shown"}, "最も厳しい扱い", id="最も厳しい扱いが違う"),
    ],
)
def test_leaf_and_details_that_part_are_told(recorder, drawn, wrong, says):
    recorder.record(decided(**wrong))

    assert says in drawn()[0].fault


def test_a_context_that_is_not_that_of_the_leaf_is_told(recorder, drawn, monkeypatch):
    from sekisho.ledger import leaves

    true = leaves.context_of
    monkeypatch.setattr(leaves, "context_of", lambda context: true({**context, "端末": "別"}))
    recorder.record(decided())
    monkeypatch.undo()

    assert "状況の要約" in drawn()[0].fault


def test_what_was_erased_is_read_as_erased(recorder, drawn, dba):
    recorder.record(decided())
    with dba.transaction():
        dba.execute("update ledger.detail set salt = null, nonce = null, ct = null, key_id = null")

    (found,) = drawn()

    assert found.context is None
    assert found.rows == [None]
    assert found.fault == ""


def test_combinations_are_counted_over_all_records_with_the_last_of_each(recorder, owner, home):
    other = {**CONTEXT, "状況": "訓練"}
    for n in range(3):
        recorder.record(decided(n))
    recorder.record(decided(context=other, kind=Kind.REFUSE, decision="refused", shown=[],
                            subjects=[], rows={}, seen={}))  # fmt: skip
    recorder.record(look())
    now = owner.execute("select clock_timestamp()").fetchone()[0]
    keys = Keys(home / "keys")

    found = combinations(owner, keys=keys, since=None, until=now)

    assert sorted((one.looks, one.context["状況"]) for one in found) == [(1, "訓練"), (3, "平常")]
    assert all(one.table == TABLE and one.last < now for one in found)
    assert combinations(owner, keys=keys, since=now, until=now + timedelta(days=1)) == []
    assert combinations(owner, keys=keys, since=None, until=NOON) == []
