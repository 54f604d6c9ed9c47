"""A shard is a company, a system and a fiscal year (年度), told in Japanese time."""

from datetime import UTC, datetime

import pytest

from sekisho.ledger.leaves import BadLeaf
from sekisho.ledger.shards import Shard, shard_at


@pytest.mark.parametrize(
    ("at", "year"),
    [
        pytest.param(datetime(2026, 3, 31, 14, 59, 59, tzinfo=UTC), 2025, id="年度の最後の1秒"),
        pytest.param(datetime(2026, 3, 31, 15, 0, tzinfo=UTC), 2026, id="4月1日0時は新しい年度"),
        pytest.param(datetime(2026, 12, 31, 15, 0, tzinfo=UTC), 2026, id="1月1日は前の年の年度"),
    ],
)
def test_the_fiscal_year_begins_on_the_first_of_april_in_japan(at, year):
    shard = shard_at(at, company="n09", system="takuso")

    assert shard == Shard(company="n09", system="takuso", fiscal_year=year)
    assert shard.origin == f"sekisho.n09.example/takuso/fy{year}"


@pytest.mark.parametrize("word", ["", "N09", "九陽", "a/b", "-a", "a" * 32, "n09\n"])
def test_a_name_that_cannot_stand_on_a_checkpoint_is_refused(word):
    with pytest.raises(BadLeaf):
        shard_at(datetime(2026, 4, 1, tzinfo=UTC), company=word, system="takuso")
    with pytest.raises(BadLeaf):
        shard_at(datetime(2026, 4, 1, tzinfo=UTC), company="n09", system=word)
