"""The list of clearing up: when each line is due, what turns it green, what keeps it red."""

from datetime import date, datetime, timedelta, timezone

import pytest

from sekisho.grants import closing as rule
from sekisho.grants.closing import Count, Evidence, Item
from sekisho.grants.emergencies import Kind

JST = timezone(timedelta(hours=9))
ENDED = datetime(2027, 9, 3, 14, 0, tzinfo=JST)  # a Friday
ALL = {item: Count(total=2, done=2) for item in Item if item not in rule.ATTESTED}
SIGNED = {(Item.PAPERS, "N09"), (Item.PAPERS, "R000"), (Item.RECONCILED, ""), (Item.BASIS, "")}
COMPANIES = ("N09", "R000")


def lines(kind=Kind.DISASTER, counts=ALL, signed=SIGNED):
    return rule.checklist(kind, ended_at=ENDED, counts=counts, signed=signed, companies=COMPANIES)


@pytest.mark.parametrize(
    ("item", "due"),
    [
        pytest.param(Item.STOPPED, ENDED, id="その瞬間"),
        pytest.param(Item.ACCOUNTS, datetime(2027, 9, 4, tzinfo=JST), id="同じ日"),
        pytest.param(Item.RETURNED, datetime(2027, 9, 9, tzinfo=JST), id="三営業日は水曜まで"),
        pytest.param(Item.WIPED, datetime(2027, 9, 11, tzinfo=JST), id="七日"),
        pytest.param(Item.BASIS, datetime(2027, 9, 18, tzinfo=JST), id="十営業日"),
    ],
)
def test_each_line_has_its_day(item, due):
    assert rule.due_at(item, ended_at=ENDED) == due


def test_a_day_off_is_no_business_day():
    due = rule.due_at(Item.RETURNED, ended_at=ENDED, days_off={date(2027, 9, 6)})

    assert due == datetime(2027, 9, 10, tzinfo=JST)


def test_all_green_leaves_nothing_open():
    assert rule.open_items(lines(), at_review=True) == ()


@pytest.mark.parametrize("item", [one for one in Item if one not in rule.ATTESTED])
def test_one_that_is_left_keeps_its_line_open(item):
    found = lines(counts=ALL | {item: Count(total=40, done=39)})

    [said] = rule.open_items(found, at_review=True)
    assert "残り 1／40" in said


@pytest.mark.parametrize("item", [one for one in Item if one not in rule.ATTESTED])
def test_what_was_not_counted_is_open(item):
    found = lines(counts={one: count for one, count in ALL.items() if one is not item})

    [said] = rule.open_items(found, at_review=True)
    assert "まだ数えられません" in said


@pytest.mark.parametrize("signature", sorted(SIGNED))
def test_one_signature_that_is_missing_keeps_its_line_open(signature):
    [said] = rule.open_items(lines(signed=SIGNED - {signature}), at_review=True)

    assert "署名がありません" in said
    assert not signature[1] or signature[1] in said


def test_the_dossier_is_open_at_the_review_only():
    found = lines(counts=ALL | {Item.DOSSIER: Count(total=1)})

    assert rule.open_items(found) == ()
    assert len(rule.open_items(found, at_review=True)) == 1


def test_a_drill_has_no_basis_in_law_and_everything_else():
    assert set(Item) - set(rule.items_of(Kind.DRILL)) == {Item.BASIS}
    assert set(rule.items_of(Kind.FAILURE)) == set(Item)


def test_a_line_is_overdue_from_its_moment_on():
    open_line = next(
        one for one in lines(counts=ALL | {Item.WIPED: Count(total=1)}) if one.item is Item.WIPED
    )

    assert not open_line.is_overdue(open_line.due_at - timedelta(seconds=1))
    assert open_line.is_overdue(open_line.due_at)


@pytest.mark.parametrize(
    ("item", "evidence", "kind", "said"),
    [
        pytest.param(
            Item.PAPERS,
            {"quantity": "紙 12 枚", "method": "裁断", "witness": "P2"},
            Kind.DISASTER,
            None,
            id="数量と方法と立会い",
        ),
        pytest.param(Item.PAPERS, {"quantity": "0"}, Kind.DISASTER, "方法", id="方法がない"),
        pytest.param(Item.PAPERS, {"none": True}, Kind.DISASTER, "なし", id="災害で「なし」"),
        pytest.param(Item.PAPERS, {"none": True}, Kind.FAILURE, None, id="障害では「なし」"),
        pytest.param(
            Item.PAPERS,
            {"quantity": "1", "method": "裁断", "witness": "P1"},
            Kind.DISASTER,
            "同じ",
            id="自分が立ち会う",
        ),
        pytest.param(
            Item.RETURNED, {}, Kind.DISASTER, "記録から数える", id="数えるものは署名できない"
        ),
        pytest.param(Item.BASIS, {}, Kind.DISASTER, "文書", id="文書がない"),
        pytest.param(Item.BASIS, {"document": "送第123号"}, Kind.DISASTER, None, id="文書がある"),
    ],
)
def test_evidence_that_does_not_do_is_refused_in_words(item, evidence, kind, said):
    refusal = rule.fault(item, Evidence(by="P1", **evidence), kind=kind)

    assert (refusal is None) == (said is None)
    assert said is None or said in refusal.reason
