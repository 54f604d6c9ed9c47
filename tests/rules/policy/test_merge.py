"""Two editors at once: both edits stand, or the place where they differ is named."""

from hypothesis import given
from hypothesis import strategies as st

from sekisho.policy.editing import (
    rows_of,
    with_cell,
    with_columns,
    with_row,
    without_column,
    without_row,
    written,
)
from sekisho.policy.merge import Conflict, Side, merged
from sekisho.policy.read import read
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in

FILES = files_in(shipped("tables"))
RULES = "託送業務システム/判定表.csv"
PATH = "s/試験例.csv"
COLUMNS = ("例ID", "題", "出典")

words = st.sampled_from(("", "甲", "乙", "丙"))
sheets = st.dictionaries(st.sampled_from("ABCDE"), st.tuples(words, words), min_size=1).map(
    lambda rows: {
        PATH: written(
            COLUMNS, [dict(zip(COLUMNS, (name, *of), strict=True)) for name, of in rows.items()]
        )
    }
)
folders = st.one_of(
    sheets,
    st.just({}),
    st.sampled_from(({PATH: b"\xff"}, {PATH: "例ID,題,注\nA,一,二\n".encode()})),
)


def table(files):
    return {row.id: tuple(row.cells.values()) for row in rows_of(files, PATH).rows}


@given(folders, folders)
def test_where_only_one_side_wrote_its_bytes_stand(base, edited):
    assert merged(base, edited, base).files == edited
    assert merged(base, base, edited).files == edited
    assert merged(base, edited, edited).files == edited
    assert merged(base, edited, base).conflicts == ()
    assert merged(base, base, edited).conflicts == ()
    assert merged(base, edited, edited).conflicts == ()


@given(sheets, sheets, sheets)
def test_every_cell_is_of_the_side_that_wrote_it_or_is_a_conflict(base, ours, theirs):
    result = merged(base, ours, theirs)

    was, mine, yours, now = (table(files) for files in (base, ours, theirs, result.files))
    named = {(conflict.row, conflict.column) for conflict in result.conflicts}
    for name in {*was, *mine, *yours}:
        rows = [of.get(name) for of in (was, mine, yours)]
        if (name, "") in named:
            assert None in rows[1:]
            assert rows[0] not in rows[1:]
            assert now.get(name) == rows[1]
            continue
        for n, column in enumerate(COLUMNS):
            before, one, other = (row and row[n] for row in rows)
            stands = now.get(name) and now[name][n]
            if (name, column) in named:
                assert len({before, one, other}) == 3
                assert stands == one
            elif None not in (one, other):
                assert stands == (other if before == one else one)


@given(sheets, sheets, sheets)
def test_whose_edit_is_merged_into_whose_matters_only_where_they_conflict(base, ours, theirs):
    one, other = merged(base, ours, theirs), merged(base, theirs, ours)

    assert {conflict.where for conflict in one.conflicts} == {c.where for c in other.conflicts}
    if not one.conflicts:
        assert table(one.files) == table(other.files)


@given(sheets, sheets, sheets)
def test_what_is_settled_is_no_conflict_and_the_side_that_was_chosen_stands(base, ours, theirs):
    first = merged(base, ours, theirs)

    for side in Side:
        result = merged(
            base, ours, theirs, settled={conflict.where: side for conflict in first.conflicts}
        )
        assert result.conflicts == ()
        chosen = table(theirs if side is Side.THEIRS else ours)
        for conflict in first.conflicts:
            stands, of = table(result.files).get(conflict.row), chosen.get(conflict.row)
            n = COLUMNS.index(conflict.column) if conflict.column else 0
            assert (stands and stands[n]) == (of and of[n])


def test_two_editors_of_one_row_keep_both_edits():
    ours = with_cell(FILES, RULES, row="A01", column="備考", value="自分の注")
    theirs = with_cell(FILES, RULES, row="A01", column="条件:認証", value="単要素")

    result = merged(FILES, ours, theirs)

    assert result.conflicts == ()
    row = rows_of(result.files, RULES).row("A01")
    assert (row.cells["備考"], row.cells["条件:認証"]) == ("自分の注", "単要素")
    untouched = [line for line in FILES[RULES].splitlines() if not line.startswith(b"A01")]
    assert [
        line for line in result.files[RULES].splitlines() if not line.startswith(b"A01")
    ] == untouched


def test_a_conflict_names_the_file_the_row_the_column_and_what_all_three_say():
    ours = with_cell(FILES, RULES, row="A01", column="備考", value="甲")
    theirs = with_cell(FILES, RULES, row="A01", column="備考", value="乙")

    (conflict,) = merged(FILES, ours, theirs).conflicts

    was = rows_of(FILES, RULES).row("A01").cells["備考"]
    assert conflict == Conflict(
        file=RULES, row="A01", column="備考", base=was, ours="甲", theirs="乙"
    )
    assert conflict.place == "託送業務システム/判定表.csv A01 備考"


def test_a_row_that_one_struck_out_and_the_other_rewrote_is_a_conflict():
    ours = without_row(FILES, RULES, row="A02")
    theirs = with_cell(FILES, RULES, row="A02", column="備考", value="乙")

    (conflict,) = merged(FILES, ours, theirs).conflicts

    assert (conflict.row, conflict.column, conflict.ours) == ("A02", "", None)
    assert "備考=乙" in conflict.theirs


def test_a_new_column_and_a_new_row_meet_and_the_empty_cell_is_seen_by_the_reader():
    ours = with_row(FILES, RULES, cells={"規則ID": "Z01"}, after="A02")
    theirs = with_columns(FILES, RULES, columns={"結果:新": "－"})

    result = merged(FILES, ours, theirs)

    grid = rows_of(result.files, RULES)
    assert result.conflicts == ()
    assert grid.columns[-1] == "結果:新"
    assert grid.row("Z01").cells["結果:新"] == ""
    assert grid.row("A03").cells["結果:新"] == "－"


def test_a_column_that_one_took_out_and_the_other_wrote_in_is_a_conflict():
    ours = without_column(FILES, RULES, column="備考")
    theirs = with_cell(FILES, RULES, row="A02", column="備考", value="乙")

    (conflict,) = merged(FILES, ours, theirs).conflicts

    assert (conflict.row, conflict.column, conflict.ours, conflict.theirs) == (
        "A02",
        "備考",
        None,
        "乙",
    )


def test_a_column_that_was_taken_out_comes_back_where_its_text_is_chosen():
    ours = without_column(FILES, RULES, column="備考")
    theirs = with_cell(FILES, RULES, row="A02", column="備考", value="乙")

    result = merged(FILES, ours, theirs, settled={(RULES, "A02", "備考"): Side.THEIRS})

    assert result.conflicts == ()
    assert rows_of(result.files, RULES).row("A02").cells["備考"] == "乙"
    assert "備考" in rows_of(merged(FILES, theirs, ours).files, RULES).columns


def test_files_that_one_removed_and_the_other_changed_are_a_conflict_as_a_whole():
    ours = {path: data for path, data in FILES.items() if path != RULES}
    theirs = with_cell(FILES, RULES, row="A02", column="備考", value="乙")

    result = merged(FILES, ours, theirs)

    assert [conflict.where for conflict in result.conflicts] == [(RULES, "", "")]
    assert RULES not in result.files


def test_the_other_version_that_went_live_meanwhile_is_taken_in():
    live = with_cell(FILES, "マスク方式.csv", row="姓のみ", column="注意", value="見直した")
    draft = with_cell(FILES, RULES, row="A01", column="備考", value="下書き")

    result = merged(FILES, draft, live)

    assert result.conflicts == ()
    assert result.files == {**draft, "マスク方式.csv": live["マスク方式.csv"]}
    assert read(result.files).systems["takuso"].rules[0].note == "下書き"
