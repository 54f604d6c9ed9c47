"""What stands in the database is held against the sheets: every twin that differs is caught."""

import pytest

from sekisho.gate.views.masks import FUNCTIONS
from sekisho_links.gate.install import RECORD, RULE, acting
from sekisho_links.gate.standing import drift, mask_faults


def words(owner, policy):
    return [one.words for one in drift(owner, policy)[1]]


def altered(owner, statement):
    with acting(owner, RECORD):
        owner.execute(statement)


def test_what_was_built_is_as_the_sheets_say(owner, policy):
    columns, found = drift(owner, policy)
    vectors, faults = mask_faults(owner, policy)

    assert columns > sum(len(system.fields) for system in policy.systems.values())
    assert vectors == 2 * len(FUNCTIONS)
    assert found == []
    assert faults == []


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        pytest.param(
            "alter table takuso.record drop column customer_name cascade",
            "託送業務システム customer_name: 整理表にあり、データベースの列にありません",
            id="列が落ちている",
        ),
        pytest.param(
            "alter table takuso.record add column diary text",
            "託送業務システム diary: データベースの列にあり、整理表にありません",
            id="列が増えている",
        ),
        pytest.param(
            "alter table takuso.record drop column customer_name cascade;"
            " alter table takuso.record add column customer_name varchar(10)",
            "託送業務システム customer_name: 列の型が character varying",
            id="型が違う",
        ),
    ],
)
def test_a_column_that_drifts_is_told(owner, policy, statement, says):
    altered(owner, statement)

    (told,) = words(owner, policy)
    assert told.startswith(says)


def test_a_column_of_an_earlier_sheet_is_no_drift(owner, policy):
    with acting(owner, RULE):
        owner.execute(
            "update rule.shape set types = types || jsonb_build_object('diary', 'text')"
            " where system = 'takuso'"
        )
    altered(owner, "alter table takuso.record add column diary text, add column diary_code text")

    assert words(owner, policy) == []


def test_a_mask_that_gives_another_thing_is_told(owner, policy):
    with acting(owner, RULE):
        owner.execute(
            "create or replace function rule.m_last4(v text) returns text"
            " language sql immutable return v"
        )

    assert mask_faults(owner, policy)[1] == [
        "下4桁: データベースのマスクが、表の例のとおりになりません"
    ]


def test_a_mask_of_the_pages_that_gives_another_thing_is_told(owner, policy, monkeypatch):
    monkeypatch.setattr("sekisho_links.gate.standing.mask", lambda name, value: value)

    assert len(mask_faults(owner, policy)[1]) >= len(FUNCTIONS) - 1
