"""The drop-downs of a column: what is offered, and whether anything else is asked about."""

from collections.abc import Sequence
from dataclasses import dataclass

from sekisho.policy.editing import key_of
from sekisho.policy.read_system import FIELDS, SCREENS
from sekisho.policy.vocabulary import Form, Grammar, Lists, grammar_of
from sekisho_links.policy.workbooks.addresses import title_of
from sekisho_links.workbooks.columns import letters

LONGEST = 255  # characters of a list that stands in the drop-down itself

# The columns whose words are the names of rows in another sheet of the same system.
_NAMES = {
    "画面ID": SCREENS,
    "遷移元": SCREENS,
    "遷移先": SCREENS,
    "項目ID": FIELDS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DropDown:
    """What a drop-down offers.

    source: the words, or the cells of another sheet that hold them.
    asks:   whether the spreadsheet asks before it takes another word; it never forbids one.
    """

    source: list[str] | str
    asks: bool


def drop_down(
    path: str, column: str, lists: Lists, *, columns: Sequence[str], rows: dict[str, int]
) -> DropDown | None:
    """Return what the cells of a column offer, or None.

    columns: of the sheet at `path`; rows: how many rows each sheet of the book has.
    """
    if column in key_of(path, columns)[:1] and column not in _NAMES:
        return None
    grammar = grammar_of(path, column, lists)
    words = _words(grammar)
    folder = path.rpartition("/")[0]
    target = f"{folder}/{_NAMES.get(column, '')}"
    if column in _NAMES and target != path and rows.get(target):
        # the id of a row: the first column of 画面, the second of 整理表
        at = letters(1 if target.endswith(SCREENS) else 2)
        title = title_of(target).replace("'", "''")
        return DropDown(source=f"='{title}'!${at}$2:${at}${rows[target]}", asks=False)
    if not words or len(",".join(words)) > LONGEST or any("," in word for word in words):
        return None
    asks = grammar.form is Form.ONE and not grammar.open
    return DropDown(source=list(words), asks=asks)


def _words(grammar: Grammar) -> tuple[str, ...]:
    return tuple(word for word in grammar.offered if word)
