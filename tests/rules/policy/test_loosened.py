"""The list that two people sign: nothing that shows more is missing from it."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.policy import loosened as module
from sekisho.policy import shown
from sekisho.policy.editing import rows_of, with_cell, with_columns, with_row, without_row
from sekisho.policy.loosened import Kind, digest_of, loosened, unsigned
from sekisho.policy.plan import plan
from sekisho.policy.read import read
from sekisho.policy.table import Rule
from sekisho.policy.treatment import ROW, Treatment
from sekisho.policy.widening import widening_rows
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in, shipped_policy
from tests.rules.policy.edits import edits_of, missing
from tests.rules.policy.tables import (
    ALL,
    field_of,
    fields,
    inside,
    level_of,
    open_rule_lists,
    rule_lists,
    system_of,
)

FILES = files_in(shipped("tables"))
RULES, FIELDS, ITEMS = (f"託送業務システム/{name}.csv" for name in ("判定表", "整理表", "画面項目"))
NAMES = [system.name for system in shipped_policy().systems.values()]
masks = st.sampled_from(("姓のみ", "空", "出さない"))
steady = settings(max_examples=60, derandomize=True, deadline=None)


def sample(edits, count, seed):
    listed = list(edits)
    return Random(seed).sample(listed, min(count, len(listed)))


def a_sample_is_listed(name, count, *, only=""):
    files, sheets = edits_of(FILES, name)
    total = 0
    for (path, _), edits in sheets.items():
        if path.endswith(only):
            listed, silent = missing(files, sample(edits, count, seed=path))
            total += listed
            assert silent == []
    assert total > count / 2


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_of_the_edits_of_one_cell_that_show_more_is_in_the_list(name):
    a_sample_is_listed(name, count=6)


def without_sheet(kind):
    return tuple(one for one in module._SHEETS if one[0] is not kind)


@pytest.mark.parametrize(
    ("sheet", "name", "broken"),
    [
        pytest.param("整理表.csv", "_ceilings", lambda old, new: iter(()), id="上限"),
        pytest.param("画面.csv", "_SHEETS", without_sheet(Kind.SCREEN), id="画面"),
        pytest.param("画面項目.csv", "_SHEETS", without_sheet(Kind.SCREEN_ITEM), id="画面項目"),
        pytest.param("画面遷移.csv", "_SHEETS", without_sheet(Kind.TRANSITION), id="画面遷移"),
        pytest.param(
            "判定表.csv",
            "otherwise",
            lambda *said, top, of=shown.otherwise: list(of(*said, top=top))[1:],
            id="一つの箱",
        ),
        pytest.param(
            "判定表.csv", "aligned", lambda old, new: new if old.rules else old, id="同じ表"
        ),
    ],
)
def test_a_list_that_leaves_something_out_is_caught(sheet, name, broken, monkeypatch):
    monkeypatch.setattr(module if hasattr(module, name) else shown, name, broken)

    with pytest.raises(AssertionError):
        a_sample_is_listed("再エネ業務管理システム", count=40, only=sheet)


@steady
@given(rule_lists, rule_lists)
def test_a_context_is_listed_if_and_only_if_it_is_answered_more_leniently(before, after):
    old, new = of_one(system_of(before)), of_one(system_of(after))

    found = loosened(old, new)

    for look in ALL:
        for output in old.systems["takuso"].table.outputs:
            listed = any(
                one.subject == output and any(inside(cube, look) for cube in one.cubes)
                for one in found
            )
            assert listed == (level_of(after, look, output) < level_of(before, look, output))


@steady
@given(open_rule_lists, open_rule_lists, st.lists(fields, max_size=3), st.none() | masks)
def test_no_field_is_delivered_more_leniently_without_a_line(before, after, kept, mask):
    old = system_of(before, kept)
    new = system_of(after, kept if mask is None else [replace(one, mask=mask) for one in kept])

    found = loosened(of_one(old), of_one(new))

    for look in ALL:
        was, now = plan(old, look), plan(new, look)
        for name in (name for name in now if now[name] < was[name]):
            assert any(
                (one.kind is Kind.FIELD and one.subject == name)
                or (one.kind is Kind.CEILING and one.subject == name)
                or (
                    one.subject in (name, ROW, new.fields[name].item)
                    and any(inside(cube, look) for cube in one.cubes)
                )
                for one in found
            )
        for one in found:
            if one.kind is Kind.DELIVERED and any(inside(cube, look) for cube in one.cubes):
                change = was[one.subject].word, now[one.subject].word
                assert change == (one.before, one.after)


def test_a_class_that_closes_can_open_a_field_without_a_partial_form():
    field = field_of("name", "本人連絡先", "空", "該当", {"送配電託送": Treatment.SHOW})
    rule = Rule(id="R01", cube=(0b010, 0b11, 0b111), out={ROW: 0, "本人連絡先": 1}, basis="規程")
    old = system_of((rule,), [field])
    new = system_of((replace(rule, out={**rule.out, "本人連絡先": Treatment.CODE}),), [field])

    (line,) = loosened(of_one(old), of_one(new))

    assert (line.kind, line.subject) == (Kind.DELIVERED, "name")
    assert (line.before, line.after, line.contexts) == ("非表示", "符号化", 6)


@steady
@given(rule_lists, rule_lists)
def test_nothing_is_looser_than_itself_and_no_order_counts(before, after):
    old, new = of_one(system_of(before)), of_one(system_of(after))
    turned = of_one(system_of(tuple(reversed(after)))), of_one(system_of(tuple(reversed(before))))

    assert loosened(old, old) == ()
    assert loosened(old, turned[1]) == ()
    assert loosened(turned[1], turned[0]) == loosened(old, new)
    assert digest_of(loosened(turned[1], turned[0])) == digest_of(loosened(old, new))


def of_one(system):
    policy = shipped_policy()
    return replace(policy, systems={system.key: system})


def listed(edited):
    return {
        (one.kind, one.system, one.subject, one.aspect, one.before, one.after)
        for one in loosened(shipped_policy(), read(edited))
        if one.kind is not Kind.RULE
    }


@pytest.mark.parametrize(
    ("edited", "line"),
    [
        pytest.param(
            with_cell(FILES, FIELDS, row="customer_name", column="上限:国", value="一部"),
            (Kind.CEILING, "takuso", "customer_name", "国:他社", "拒否", "一部"),
            id="誰にも見えない上限",
        ),
        pytest.param(
            with_cell(
                FILES, FIELDS, row="wheeling_menu", column="上限:関係小売営業:自社", value="符号化"
            ),
            (Kind.CEILING, "takuso", "wheeling_menu", "関係小売営業:自社", "表示", "符号化"),
            id="厳しい上限で開く形のないマスク",
        ),
        pytest.param(
            with_cell(FILES, FIELDS, row="customer_name", column="項目区分", value="契約"),
            (Kind.FIELD, "takuso", "customer_name", "項目区分", "本人連絡先", "契約"),
            id="項目の区分",
        ),
        pytest.param(
            with_row(
                FILES,
                ITEMS,
                cells={"画面ID": "TK-000", "項目ID": "usage_13m", "用途": "表示", "並び": "9"},
            ),
            (Kind.SCREEN_ITEM, "takuso", "TK-000＋usage_13m＋表示", "", "", "9"),
            id="画面に出る項目",
        ),
        pytest.param(
            with_cell(
                FILES, "託送業務システム/画面.csv", row="TK-110", column="件数上限", value="500"
            ),
            (Kind.SCREEN, "takuso", "TK-110", "件数上限", "50", "500"),
            id="件数の上限",
        ),
        pytest.param(
            with_cell(
                FILES,
                "託送業務システム/画面遷移.csv",
                row="TK-T02",
                column="引継ぎ",
                value="内部ID",
            ),
            (Kind.TRANSITION, "takuso", "TK-T02", "引継ぎ", "なし", "内部ID"),
            id="引き継ぐもの",
        ),
        pytest.param(
            with_cell(FILES, "属性.csv", row="閲覧者区分＋災害応援", column="優先", value="9"),
            (Kind.VALUE, "", "閲覧者区分＋災害応援", "優先", "1", "9"),
            id="優先",
        ),
        pytest.param(
            with_cell(FILES, "マスク方式.csv", row="下4桁", column="一部の形", value="全部"),
            (
                Kind.MASK,
                "",
                "下4桁",
                "一部の形",
                shipped_policy().masks["下4桁"].shape,
                "全部",
            ),
            id="一部の形",
        ),
        pytest.param(
            with_cell(FILES, "不変条件.csv", row="F01", column="下限", value="一部"),
            (Kind.INVARIANT, "", "F01", "下限", "拒否", "一部"),
            id="弱くなった不変条件",
        ),
        pytest.param(
            without_row(FILES, "不変条件.csv", row="F03"),
            (Kind.INVARIANT, "", "F03", "", "最終保障の客は、どの小売にも見えない", ""),
            id="消えた不変条件",
        ),
        pytest.param(
            with_cell(FILES, "見張り.csv", row="W01", column="条件:状況", value="訓練"),
            (Kind.WATCHED, "", "W01", "条件:状況", "平常、訓練", "訓練"),
            id="狭めた見張り",
        ),
        pytest.param(
            without_row(FILES, "見張り.csv", row="W01"),
            (
                Kind.WATCHED,
                "",
                "W01",
                "",
                "非常災害の発動がないのに、災害用に貸した端末が使われる",
                "",
            ),
            id="消えた見張り",
        ),
        pytest.param(
            without_row(FILES, "託送業務システム/試験例.csv", row="TK-X01"),
            (
                Kind.EXAMPLE,
                "takuso",
                "TK-X01",
                "",
                "関係小売の受付が自社客の詳細を開く",
                "",
            ),
            id="消えた試験例",
        ),
    ],
)
def test_what_opens_outside_the_rules_is_a_line_of_its_own(edited, line):
    assert line in listed(edited)


@pytest.mark.parametrize(
    "edited",
    [
        pytest.param(
            with_cell(FILES, "不変条件.csv", row="F01", column="条件:契約相手", value="－"),
            id="もっと多くを求める不変条件",
        ),
        pytest.param(
            with_cell(FILES, FIELDS, row="customer_name", column="上限:送配電託送", value="拒否"),
            id="下げた上限",
        ),
        pytest.param(
            without_row(FILES, ITEMS, row="TK-110＋supply_address＋検索条件"),
            id="画面から消えた項目",
        ),
        pytest.param(
            with_cell(FILES, RULES, row="A01", column="備考", value="書き直した"), id="備考"
        ),
        pytest.param(
            with_cell(FILES, "見張り.csv", row="W01", column="条件:状況", value="－"),
            id="もっと広い見張り",
        ),
        pytest.param(
            with_cell(FILES, "属性.csv", row="閲覧者区分＋国", column="説明", value="説明だけ"),
            id="説明",
        ),
    ],
)
def test_what_only_closes_or_says_nothing_is_not_listed(edited):
    assert loosened(shipped_policy(), read(edited)) == ()


def test_a_rule_that_ends_later_is_listed_for_the_days_it_lasts_longer():
    ended = with_cell(FILES, RULES, row="A05", column="適用終了", value="2027-04-01")

    days = {(one.starts, one.ends) for one in loosened(shipped_policy(), read(ended))}

    assert days == {("2027-04-01", "")}
    assert not any(one.shown for one in loosened(read(ended), shipped_policy()))


def test_a_rule_cut_in_two_at_a_day_loosens_nothing():
    cut = with_cell(FILES, RULES, row="C01", column="適用終了", value="2027-04-01")
    again = {**rows_of(FILES, RULES).row("C01").cells, "規則ID": "C99", "適用開始": "2027-04-01"}
    cut = with_row(cut, RULES, cells=again)

    assert loosened(shipped_policy(), read(cut)) == ()
    assert loosened(read(cut), shipped_policy()) == ()


def test_a_system_that_is_new_is_listed_with_all_it_shows():
    fewer = {path: data for path, data in FILES.items() if not path.startswith("再エネ")}

    found = loosened(read(fewer), shipped_policy())

    kinds = {one.kind for one in found}
    assert {one.system for one in found} == {"saiene"}
    assert {Kind.SYSTEM, Kind.RULE, Kind.CEILING, Kind.SCREEN_ITEM, Kind.TRANSITION} <= kinds
    assert loosened(shipped_policy(), read(fewer)) == ()


def test_what_was_signed_is_known_by_its_digest_and_the_rest_is_named():
    opened = with_cell(FILES, RULES, row="A01", column="条件:アカウント状態", value="停止中")
    found = loosened(shipped_policy(), read(opened))

    signed = {one.digest for one in found[1:]}

    assert len({one.digest for one in found}) == len(found)
    assert unsigned(found, signed=signed) == found[:1]
    assert unsigned(found, signed={one.digest for one in found}) == ()
    assert digest_of(found) == digest_of(found[::-1]) != digest_of(found[1:])


def new_partner():
    cells = {**rows_of(FILES, "属性.csv").row("契約相手＋他社").cells}
    cells |= {"値": "新しい相手", "値の符号": "fresh", "優先": "99"}
    return with_row(FILES, "属性.csv", cells=cells, after="契約相手＋他社")


def test_a_value_that_is_new_names_every_row_that_takes_it_in():
    policy, grown = shipped_policy(), read(new_partner())

    rows = widening_rows(policy, grown)

    assert widening_rows(policy, policy) == ()
    assert {row.value for row in rows} == {"新しい相手"}
    for system in grown.systems.values():
        place = system.table.places["契約相手"]
        bit = 1 << system.table.attributes["契約相手"].index("新しい相手")
        permissive = {
            rule.id
            for rule in system.rules
            if rule.cube[place] & bit
            and any(level < system.table.strictest(name) for name, level in rule.out.items())
        }
        assert {row.rule for row in rows if row.system == system.key} == permissive
    opened = next(row for row in rows if (row.system, row.rule) == ("callcenter", "C01"))
    assert opened.wildcard
    assert opened.shown
    assert "本人連絡先" in dict(opened.opens)[0]


def test_an_attribute_that_is_new_names_the_rows_that_leave_it_free():
    policy = shipped_policy()
    files = with_row(
        FILES,
        "属性.csv",
        cells={
            "属性": "曜日",
            "符号": "weekday",
            "値": "平日",
            "値の符号": "weekday",
            "優先": "1",
            "側": "要求",
            "導出": "対応表",
            "導出元": "暦",
            "相手群": "－",
        },
    )
    for path in files:
        if path.endswith(("判定表.csv", "不変条件.csv", "見張り.csv")):
            files = with_columns(files, path, columns={"条件:曜日": "－"})
        elif path.endswith("試験例.csv"):
            files = with_columns(files, path, columns={"条件:曜日": "平日"})

    grown = read(files)
    rows = widening_rows(policy, grown)

    assert {(row.attribute, row.value, row.wildcard) for row in rows} == {("曜日", "", True)}
    assert {one.kind for one in loosened(policy, grown)} == {Kind.VALUE}
