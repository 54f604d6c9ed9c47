"""The incident report prints what was found, every class of it, and can be made again."""

import json
from dataclasses import replace

from sekisho.reports.incidents import months_of, report_of
from sekisho.reports.shapes import canonical, digest
from tests.rules.reports.findings import QUARTER, YEAR, findings


def section(report, heading):
    return next(one for one in report.sections if one.heading == heading)


def test_every_class_has_a_line_in_every_window_also_with_no_access():
    report = report_of(findings())

    tables = section(report, "事案ごとの件数").tables
    assert [[row[:2] for row in table.rows] for table in tables] == [
        [("マスクの抜け", "12,345"), ("IDの貸し借り", "0")],
        [("マスクの抜け", "1,200"), ("IDの貸し借り", "0")],
    ]


def test_every_number_found_is_printed():
    found = findings()
    printed = canonical(report_of(found)).decode()

    for count in found.counts:
        for number in (count.accesses, count.contracts, count.customers, count.viewers):
            assert f'"{number:,}"' in printed
    for month in found.months:
        assert f'"{month.accesses:,}"' in printed


def test_the_months_sum_to_the_year():
    report = report_of(findings())

    [row] = section(report, "月ごとの推移").tables[0].rows
    assert sum(int(cell.replace(",", "")) for cell in row[1:]) == 12_345


def test_the_axis_of_months_has_no_hole():
    assert months_of(findings()) == ["2025-11", "2025-12", "2026-01", "2026-02"]


def test_an_investigation_that_found_nothing_is_a_report_too():
    report = report_of(findings(counts=[], months=[], viewers={}))

    assert section(report, "月ごとの推移").sentences == ("止めるべきだった閲覧はない。",)
    assert all(row[1:] == ("0",) * 5 for row in section(report, "事案ごとの件数").tables[0].rows)


def test_what_was_read_and_not_kept_is_said_aloud():
    found = findings()
    broken = replace(found.conservation, accepted=1_989)

    whole, lost = (
        section(report_of(replace(found, conservation=one)), "読んだ記録").sentences[0]
        for one in (found.conservation, broken)
    )

    assert whole == "読んだ行 2,000 ＝ 採った行 1,990 ＋ 読めなかった行 10（一致する）。"
    assert "一致しない" in lost


def test_reasons_that_do_not_sum_to_the_refused_lines_are_a_difference():
    found = findings()

    assert not replace(found.conservation, reasons={"時刻が読めない": 9}).holds


def test_a_window_names_its_first_and_its_last_day():
    facts = dict(report_of(findings()).facts)

    for window in (YEAR, QUARTER):
        assert f"{window.first} から {window.last} まで" in facts["期間"]


def test_every_access_that_was_read_stands_under_one_verdict():
    [table, year, quarter] = section(report_of(findings()), "判定表に照らした内訳").tables

    assert sum(int(count.replace(",", "")) for _, count in table.rows) == 1_990
    assert [row[1] for row in year.rows] == ["13,000", "0"]
    assert [row[1] for row in quarter.rows] == ["0", "0"]


def test_the_moment_is_said_in_japan():
    report = report_of(findings())

    assert report.made_on == "2026年04月02日"
    assert report.made_at == "2026-04-01T15:30:00Z"


def test_the_same_findings_have_the_same_digest_and_other_ones_another():
    assert digest(report_of(findings())) == digest(report_of(findings()))
    assert digest(report_of(findings())) != digest(report_of(findings(viewers={"災害応援": 1})))


def test_the_canonical_form_reads_back_with_the_numbers():
    found = findings()

    numbers = json.loads(canonical(report_of(found)))["numbers"]

    assert numbers["counts"][0]["accesses"] == 12_345
    assert numbers["conservation"]["reasons"] == {"時刻が読めない": 10}
