"""The difference in sentences: every look that is otherwise lies in one, the looser first."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.policy.editing import rows_of, with_cell, with_row, without_row
from sekisho.policy.loosened import loosened
from sekisho.policy.plan import plan
from sekisho.policy.read import read
from sekisho.policy.shown import shown_otherwise
from sekisho.policy.treatment import DUTY_WORDS, Treatment
from sekisho.reports.differences import difference, loosening_said, system_difference
from sekisho.reports.shown import _by_cell, _by_subject, sentences
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in, shipped_policy
from tests.rules.policy.tables import (
    ALL,
    DUTIES,
    fields,
    inside,
    open_rule_lists,
    system_of,
)

FILES = files_in(shipped("tables"))
RULES, FIELDS = "託送業務システム/判定表.csv", "託送業務システム/整理表.csv"
steady = settings(max_examples=60, derandomize=True, deadline=None)
lists = st.lists(fields, max_size=3)


def edited(path, row, column, value):
    return read(with_cell(FILES, path, row=row, column=column, value=value))


def of_takuso(new, old=None):
    return system_difference((old or shipped_policy()).systems["takuso"], new.systems["takuso"])


def words(subject, level):
    return DUTY_WORDS[level] if subject in DUTIES else Treatment(level).word


@steady
@given(open_rule_lists, open_rule_lists, lists, lists)
def test_every_box_that_is_otherwise_is_told(before, after, old_fields, new_fields):
    old, new = system_of(before, old_fields), system_of(after, new_fields)

    told = sentences(old, new)

    for one in shown_otherwise(old, new):
        change = words(one.subject, one.before), words(one.subject, one.after)
        for cube in one.cubes:
            for look in (look for look in ALL if inside(cube, look)):
                assert any(
                    one.subject in said.subjects
                    and (said.before, said.after) == change
                    and said.looser == one.looser
                    and inside(new.table.cube(said.where), look)
                    for said in told
                )


@steady
@given(open_rule_lists, open_rule_lists, lists, lists)
def test_a_sentence_counts_its_contexts_and_its_example_is_one_of_them(
    before, after, old_fields, new_fields
):
    old, new = system_of(before, old_fields), system_of(after, new_fields)
    boxes = shown_otherwise(old, new)

    for said in sentences(old, new):
        looks = [
            look
            for look in ALL
            if any(
                one.subject in said.subjects
                and (words(one.subject, one.before), words(one.subject, one.after))
                == (said.before, said.after)
                and inside(cube, look)
                for one in boxes
                for cube in one.cubes
            )
            and inside(new.table.cube(said.where), look)
        ]
        assert said.contexts == len(looks)
        assert said.example in looks
        assert said.text


@steady
@given(open_rule_lists, open_rule_lists, lists)
def test_what_is_looser_one_way_is_told_as_stricter_the_other_way(before, after, kept):
    old, new = system_of(before, kept), system_of(after, kept)

    def gist(told, *, turned):
        return sorted(
            (
                said.who,
                said.relations,
                said.subjects,
                *(said.before, said.after)[:: -1 if turned else 1],
                said.looser != turned,
                said.contexts,
            )
            for said in told
        )

    there, back = gist(sentences(old, new), turned=False), gist(sentences(new, old), turned=True)
    assert there == back
    assert sentences(old, old) == []


def test_the_looser_sentences_stand_first():
    told = of_takuso(edited(RULES, "A01", "条件:アカウント状態", "停止中")).sentences

    order = [said.looser for said in told]
    assert order == sorted(order, reverse=True)
    assert True in order
    assert False in order  # a prohibition that went did ask for a notice


def test_one_cell_is_one_sentence_with_who_where_what_and_both_forms():
    (said,) = of_takuso(edited(RULES, "D01", "結果:本人連絡先", "表示")).sentences

    assert said.text == (
        "関係小売の災害応援者が、検索・一覧・詳細・要配慮で、どの契約相手の連絡先電話番号を"
        " 一部 → 表示 で見られるようになります"
        "（利用目的が非常災害対応、状況が非常災害、承認が二者承認済か都度承認済、端末が災害貸与端末のとき）"
    )
    assert said.rules == said.rules_before == ("D01",)
    system = shipped_policy().systems["takuso"]
    assert plan(system, said.example)[said.subjects[0]] == Treatment.PART


def test_what_closes_is_told_as_closing():
    difference_of = of_takuso(read(without_row(FILES, RULES, row="B01")))

    assert not any(said.looser for said in difference_of.sentences)
    assert "となり、見られなくなります" in difference_of.sentences[0].text
    assert difference_of.sentences[0].rules_before == ("B01",)
    (edit,) = difference_of.edits
    assert (edit.sheet, edit.id, edit.mark) == ("判定表", "B01", "削除")


def test_a_duty_that_is_no_longer_asked_is_told():
    (said,) = of_takuso(edited(RULES, "D01", "義務:理由入力", "不要")).sentences

    assert said.duty
    assert said.looser
    assert "義務の理由入力が 要 → 不要 になります" in said.text


def test_a_row_that_changes_no_look_is_named_all_the_same():
    found = difference(shipped_policy(), edited(RULES, "A01", "根拠", "別の根拠"))

    assert found.same
    (system,) = found.systems
    (edit,) = system.edits
    assert [(one.column, one.after) for one in edit.changes] == [("根拠", "別の根拠")]


def test_what_all_systems_share_is_named_apart():
    found = difference(shipped_policy(), edited("不変条件.csv", "F01", "下限", "一部"))

    assert found.same
    assert found.systems == ()
    assert [(edit.sheet, edit.id, edit.mark) for edit in found.shared] == [
        ("不変条件", "F01", "変更")
    ]


def test_a_rule_that_ends_is_told_from_the_day_on():
    found = of_takuso(edited(RULES, "C01", "適用終了", "2027-04-01"))

    assert [(one.starts, one.ends) for one in found.periods] == [(date(2027, 4, 1), None)]


def test_the_same_bytes_differ_in_nothing():
    found = difference(shipped_policy(), read(FILES))

    assert found.same
    assert (found.systems, found.shared, found.looser, found.stricter) == ((), (), 0, 0)


def test_a_system_that_is_new_and_one_that_went_are_told():
    fewer = read({path: data for path, data in FILES.items() if not path.startswith("再エネ")})

    there, back = difference(fewer, shipped_policy()), difference(shipped_policy(), fewer)

    assert [system.key for system in (*there.systems, *back.systems)] == ["saiene", "saiene"]
    assert there.looser == back.stricter > 0
    assert there.stricter == back.looser


def test_a_value_that_is_new_is_told_where_rules_take_it_in():
    cells = {**rows_of(FILES, "属性.csv").row("契約相手＋他社").cells}
    cells |= {"値": "新しい相手", "値の符号": "fresh", "優先": "99"}
    grown = read(with_row(FILES, "属性.csv", cells=cells, after="契約相手＋他社"))

    told = of_takuso(grown).sentences

    assert all(said.relations == "新しい相手" for said in told)
    assert any(said.looser and not said.duty for said in told)


@pytest.mark.parametrize(
    ("new", "said"),
    [
        pytest.param(
            edited(FIELDS, "customer_name", "上限:国", "一部"),
            "託送業務システム 契約者名（漢字）の上限（国:他社）が 拒否 → 一部 になります",
            id="上限",
        ),
        pytest.param(
            edited("託送業務システム/画面.csv", "TK-110", "件数上限", "500"),
            "託送業務システム 画面の「TK-110」の件数上限が 50 → 500 になります",
            id="画面",
        ),
        pytest.param(
            edited("不変条件.csv", "F01", "下限", "一部"),
            "不変条件の「F01」の下限が 拒否 → 一部 になります",
            id="不変条件",
        ),
        pytest.param(
            read(without_row(FILES, "託送業務システム/試験例.csv", row="TK-X01")),
            "託送業務システム 試験例から「TK-X01」がなくなります"
            "（関係小売の受付が自社客の詳細を開く）",
            id="試験例",
        ),
        pytest.param(
            edited(RULES, "D01", "義務:理由入力", "不要"),
            "託送業務システム 災害応援が、非常災害対応のために、非常災害に、"
            "二者承認済か都度承認済の許可で、災害貸与端末から、承認範囲内か職務内の記録を、"
            "一覧か検索か詳細で開くと、義務の理由入力が 要 → 不要 になります"
            "（2026-04-01 から、1,440 通り）（規則 A01、A02、D01）",
            id="判定表",
        ),
    ],
)
def test_a_line_of_the_signed_list_is_a_sentence(new, said):
    assert said in {loosening_said(one, new) for one in loosened(shipped_policy(), new)}


def test_every_kind_of_line_has_its_sentence():
    fewer = read({path: data for path, data in FILES.items() if not path.startswith("再エネ")})
    new = shipped_policy()

    lines = loosened(fewer, new)

    said = [loosening_said(one, new) for one in lines]
    assert len({*said}) == len(lines)
    assert all("再エネ業務管理システム" in one for one in said)


cells = st.dictionaries(
    st.sampled_from("abc"),
    st.frozensets(st.tuples(*[st.sampled_from((1, 2, 4))] * 3), min_size=1),
    min_size=1,
)


@given(cells)
def test_both_ways_to_share_sentences_tell_the_same(of):
    told = [
        {
            (subject, (a, b, c))
            for subjects, box in way(of)
            for subject in subjects
            for a, b, c in [(x, y, z) for x in (1, 2, 4) for y in (1, 2, 4) for z in (1, 2, 4)]
            if a & box[0] and b & box[1] and c & box[2]
        }
        for way in (_by_subject, _by_cell)
    ]

    assert told[0] == told[1] == {(name, cell) for name, among in of.items() for cell in among}
