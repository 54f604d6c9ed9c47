"""The documents cover the tables: no cell is left out, none is said otherwise than it is."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from sekisho.policy.editing import with_cell
from sekisho.policy.invariant import InvariantKind
from sekisho.policy.loosened import digest_of, loosened
from sekisho.policy.masks import mask
from sekisho.policy.plan import plan, treatment_of
from sekisho.policy.read import read
from sekisho.policy.treatment import Treatment
from sekisho.proof.certificate import certificate
from sekisho.replay.simulated import Counts, nothing
from sekisho.reports import simulations
from sekisho.reports.differences import difference
from sekisho.reports.documents import completion, specification, test_specification
from sekisho.reports.documents.cases import What, cases, cells, cells_of
from sekisho.reports.documents.completion import Completion, Step
from sekisho.reports.documents.edition import Edition
from sekisho.reports.documents.expected import expectation
from sekisho.reports.documents.lines import groups_of, lines_of, never
from sekisho.reports.documents.negative import negatives
from sekisho.reports.documents.scenes import Stage
from sekisho.reports.shapes import Look, canonical
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in, shipped_policy
from tests.rules.reports.outcomes import ABSENT, FINDS, FINDS_NOT, outcomes

POLICY = shipped_policy()
SYSTEMS = tuple(POLICY.systems)
FIRST = datetime(2026, 4, 1, tzinfo=UTC)


@cache
def real(key):
    return outcomes(POLICY.systems[key])


def edition(key, policy=POLICY):
    return Edition(policy=policy, system=policy.systems[key], name="公開中の版", made_at=FIRST)


def tried(system, found):
    """Return cell -> everything that the cases expect there, each as often as it is tried."""
    stage = Stage(system)
    expected = {}
    for case in found:
        for cell in cells_of(case, stage=stage):
            expected.setdefault(cell, Counter())[word(case)] += 1
    return expected


def word(case):
    if case.what is What.NOT_MEANT:
        return None
    if case.what in (What.NO_ROW, What.SHUT):
        return ABSENT
    if case.item.use == "検索条件":
        return FINDS if case.usable else FINDS_NOT
    return case.form.word


def assert_covered(system, whole=None):
    expected, whole = tried(system, cases(system)), whole or outcomes(system)
    assert expected.keys() == whole.keys() == cells(system)
    for cell, seen in whole.items():
        assert set(expected[cell]) == ({None} if seen is None else seen), cell
        assert set(expected[cell].values()) == {1}, cell


@pytest.mark.parametrize("key", SYSTEMS)
def test_every_cell_is_tried_once_in_every_form_that_can_occur_and_in_no_other(key):
    assert_covered(POLICY.systems[key], real(key))


@pytest.mark.parametrize("gone", ["A02", "B01", "C01"])
def test_other_tables_are_covered_as_well(gone):
    system = POLICY.systems["takuso"]
    assert gone in {rule.id for rule in system.rules}

    assert_covered(system.with_rules(tuple(rule for rule in system.rules if rule.id != gone)))


def test_a_field_that_stands_on_a_screen_twice_is_tried_in_each_of_its_uses():
    system = POLICY.systems["saiene"]
    twice = [replace(item, use="表示") for item in system.screen_items if item.use == "検索条件"]
    assert twice

    assert_covered(replace(system, screen_items=(*system.screen_items, *twice)))


def test_a_field_that_no_sheet_has_is_expected_to_be_absent():
    system = POLICY.systems["saiene"]
    unknown = replace(system.screen_items[-1], field="nobody_knows")

    assert_covered(replace(system, screen_items=(*system.screen_items, unknown)))


def test_a_table_without_rules_is_covered_by_refusals():
    system = POLICY.systems["saiene"].with_rules(())

    assert_covered(system)
    assert {case.what for case in cases(system)} == {What.SHUT, What.NO_ROW, What.NOT_MEANT}


@pytest.mark.parametrize("key", SYSTEMS)
def test_no_case_can_be_left_out(key):
    system = POLICY.systems[key]
    whole, stage = tried(system, cases(system)), Stage(system)

    for case in cases(system):
        covered = list(cells_of(case, stage=stage))
        assert all(whole[cell][word(case)] == 1 for cell in covered)


@pytest.mark.parametrize("key", SYSTEMS)
def test_every_expected_display_is_what_the_evaluator_answers(key):
    system = POLICY.systems[key]

    for case in cases(system):
        for context in case.contexts:
            decision = system.table.decide(context)
            if case.what in (What.FIELD, What.SCREEN):
                assert decision.row == Treatment.SHOW
                assert decision.duties == case.duties
                assert context["画面区分"] == case.screen.kind
            if case.what is What.FIELD:
                assert treatment_of(system, case.item.field, context) == case.form
            if case.what in (What.NO_ROW, What.SHUT):
                assert set(plan(system, context).values()) <= {Treatment.REFUSE}


@pytest.mark.parametrize("key", SYSTEMS)
def test_the_expected_text_is_made_by_the_mask_itself(key):
    of = edition(key)

    for case in cases(of.system):
        if case.what is not What.FIELD or case.item.use == "検索条件":
            continue
        field = of.system.fields[case.item.field]
        shown, absent = expectation(case, edition=of)
        value = field.example if field.example not in ("―", "－", "") else None
        if value is None:
            continue
        if case.form == Treatment.SHOW:
            assert shown == value
        elif case.form == Treatment.PART:
            assert shown == (mask(field.mask, value) or "＊")
        else:
            assert value not in shown
        if case.form != Treatment.SHOW and field.mask != "変えない":
            assert value in absent


def table_of(report, heading):
    section = next(one for one in report.sections if one.heading == heading)
    return section.tables[0].columns, [row for table in section.tables for row in table.rows]


@pytest.mark.parametrize("key", SYSTEMS)
def test_the_test_specification_counts_what_it_holds(key):
    report = test_specification.report_of(edition(key))
    system = POLICY.systems[key]
    _, screens = table_of(report, "画面の試験")
    _, never_seen = table_of(report, "見えてはならないことの試験")
    _, agreed = table_of(report, "合意した試験例")

    total = len(screens) + len(never_seen) + len(agreed)
    said = dict(report.facts)["試験の数"]
    assert said == f"{total:,} 件、全 {len(cells(system)):,} セルを覆う"
    assert report.numbers["cells"] == report.numbers["cells_of_the_tables"] == len(cells(system))
    assert len({row[0] for row in screens}) == len(screens)
    assert [row[0] for row in agreed] == [one.id for one in system.examples]


def test_every_situation_that_a_case_names_is_explained_once():
    report = test_specification.report_of(edition("takuso"))
    _, made = table_of(report, "場面の作り方")
    columns, rows = table_of(report, "画面の試験")
    at = [column.name for column in columns].index("場面")

    numbers = [row[0] for row in made]
    assert len(set(numbers)) == len(numbers) == len({row[1:-1] for row in made})
    assert {row[at] for row in rows} <= set(numbers)


def test_results_are_left_to_be_written_by_hand():
    report = test_specification.report_of(edition("saiene"))

    for section in report.sections:
        for table in section.tables:
            for row in table.rows:
                for column, cell in zip(table.columns, row, strict=True):
                    assert (column.look in (Look.VERDICT, Look.BLANK)) == (cell == ""), column


@pytest.mark.parametrize("key", SYSTEMS)
def test_the_invariants_hold_in_the_situations_that_try_them(key):
    system = POLICY.systems[key]
    found = list(negatives(system, POLICY.invariants))

    assert [one.invariant for one in found] == [
        one for one in POLICY.invariants if one.binds(system.name)
    ]
    for one in found:
        if one.context is None:
            continue
        invariant, decision = one.invariant, system.table.decide(one.context)
        where = {**invariant.where}
        if invariant.kind in (InvariantKind.NEVER_MORE, InvariantKind.ALIKE):
            where.pop(invariant.attribute, None)
        assert all(one.context.get(name) in words for name, words in where.items()), invariant.id
        match invariant.kind:
            case InvariantKind.AT_LEAST:
                levels = [decision.levels[name] for name in invariant.targets]
                assert min(levels) >= invariant.floor, invariant.id
            case InvariantKind.DUTY:
                assert set(invariant.targets) <= decision.duties, invariant.id
            case InvariantKind.NEVER_MORE | InvariantKind.ALIKE:
                there = system.table.decide(one.against)
                other = {name for name in one.context if one.context[name] != one.against[name]}
                assert other == {invariant.attribute}, invariant.id
                for name in invariant.targets:
                    assert decision.levels[name] >= there.levels[name], invariant.id
            case InvariantKind.DELIVERED:
                assert set(one.answer.values()) <= {
                    level.word for level in Treatment if level >= invariant.floor
                }
            case InvariantKind.UNKNOWN:
                assert set(decision.levels.values()) == {Treatment.REFUSE}


@pytest.mark.parametrize("key", SYSTEMS)
def test_the_specification_says_every_form_of_every_cell(key):
    system = POLICY.systems[key]
    stage, whole = Stage(system), real(key)
    for screen in system.screens.values():
        said = {}
        for line in lines_of(stage, screen, groups_of(stage, screen)):
            for viewer in line.viewers:
                for relation in line.relations:
                    cell = (screen.id, line.item.field, line.item.use, viewer, relation)
                    shown = stage.outcome(line.item, line.form)
                    said.setdefault(cell, set()).add(
                        shown.word
                        if isinstance(shown, Treatment)
                        else (FINDS if shown else FINDS_NOT)
                    )
        hidden = {
            (viewer, relation)
            for viewers, relations in never(stage, screen).items()
            for viewer in viewers
            for relation in relations
        }
        for cell, seen in whole.items():
            if cell[0] == screen.id and seen is not None:
                assert said.get(cell, set()) == seen - {ABSENT}, cell
                assert (cell[3:] in hidden) == (seen == {ABSENT}), cell


@pytest.mark.parametrize("key", SYSTEMS)
def test_the_specification_has_a_chapter_for_every_screen(key):
    report = specification.report_of(edition(key))
    headings = [section.heading for section in report.sections]

    for screen in POLICY.systems[key].screens.values():
        assert f"{screen.id} {screen.name}" in headings
    assert POLICY.hash in dict(report.facts)["版"]


def test_what_is_refused_is_to_be_absent_and_what_is_hidden_a_star():
    report = specification.report_of(edition("takuso"))

    for section in report.sections:
        for table in section.tables:
            names = [column.name for column in table.columns]
            if "送ってはならないもの" not in names or "用途" not in names:
                continue
            for row in table.rows:
                of = dict(zip(names, row, strict=True))
                if of["用途"] == "検索条件" or of["項目"].startswith("（"):
                    continue
                if of["扱い"] == "× 拒否":
                    assert of["出す形"] == "項目がない"
                    assert of["送ってはならないもの"].startswith("キー")
                if of["扱い"] == "■ 非表示":
                    assert of["出す形"] == "＊"
                if of["扱い"] == "△ 一部":
                    assert "→" in of["マスク（前 → 後）"]


@pytest.mark.parametrize("made", [specification.report_of, test_specification.report_of])
def test_a_document_made_again_is_the_same(made):
    assert canonical(made(edition("takuso"))) == canonical(made(edition("takuso")))


def done(**more):
    said = {
        "policy": POLICY,
        "name": "公開中の版",
        "before": None,
        "before_name": "",
        "change": None,
        "steps": (),
        "signatures": (),
        "trial": None,
        "published_at": None,
        "certificate": certificate(POLICY),
        "made_at": FIRST,
    }
    return Completion(**(said | more))


def text_of(report):
    parts = [report.title, report.subtitle, *(cell for fact in report.facts for cell in fact)]
    for section in report.sections:
        parts += [section.heading, *section.sentences]
        parts += [cell for table in section.tables for row in table.rows for cell in row]
    return "\n".join(parts)


def without_a_wall():
    """Return the shipped tables without one of their prohibitions, and that rule."""
    system = POLICY.systems["takuso"]
    rule = next(one for one in system.rules if one.id == "A11")
    gone = system.with_rules(tuple(one for one in system.rules if one.id != rule.id))
    gone = replace(gone, rules=gone.table.rules)
    return replace(POLICY, systems={**POLICY.systems, "takuso": gone}, hash="f" * 64), rule


def test_the_first_version_says_that_there_was_none_before():
    said = text_of(completion.report_of(done()))

    assert "前の版がない" in said
    assert "まだない" in said
    assert "証明していないこと" in said


def test_what_changed_is_said_row_by_row_and_counted():
    after, rule = without_a_wall()

    report = completion.report_of(done(policy=after, before=POLICY, before_name="前の版"))

    found = difference(POLICY, after)
    assert (report.numbers["looser"], report.numbers["stricter"]) == (found.looser, found.stricter)
    for system in found.systems:
        assert all(one.text in text_of(report) for one in system.sentences)
    assert digest_of(loosened(POLICY, after)) in text_of(report)
    assert report.numbers["looser"] + report.numbers["stricter"] == len(report.numbers["changes"])
    assert rule.id in text_of(report)
    assert "（なくなった）" in text_of(report)


@pytest.mark.parametrize("forward", [True, False], ids=["厳しくなる", "緩くなる"])
def test_what_is_shown_otherwise_is_said_in_sentences_with_its_direction(forward):
    files = with_cell(
        files_in(shipped("tables")),
        "託送業務システム/判定表.csv",
        row="B01",
        column="結果:本人連絡先",
        value="拒否",
    )
    versions = (POLICY, read(files))
    old, new = versions if forward else versions[::-1]

    report = completion.report_of(done(policy=new, before=old, before_name="前の版"))

    _, rows = table_of(report, "見え方の違い")
    assert {row[2] for row in rows} == {"厳しくなる" if forward else "緩くなる"}
    assert bool(report.numbers["looser"]) != forward
    assert bool(len(loosened(old, new))) != forward


def trial():
    """Return the report of a simulation in which twenty million looks were counted."""
    found = replace(
        nothing(old="a" * 64, new=POLICY.hash), opened=20_000_000, looser=Counts(accesses=2)
    )
    return simulations.report_of(
        found, [], change="C-0001", traffic="架空の一年", made_at=FIRST, whole=False
    )


def test_what_was_signed_and_what_was_tried_stand_in_the_report():
    signed = Step(word="承認（第2線）", who="架空 太郎（P1）", at=FIRST, found="表 sha256:ab")
    report = completion.report_of(
        done(signatures=(signed, signed), trial=trial(), published_at=FIRST)
    )

    said = text_of(report)
    for words in (
        "架空 太郎（P1）",
        "20,000,000",
        "架空の一年",
        "3未満",
        "2026年04月01日 09:00（日本時間）",
    ):
        assert words in said
