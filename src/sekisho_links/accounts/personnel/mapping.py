"""What the columns and words of a file mean (列の対応), as the company declared it once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from sekisho.accounts.orders import Correction, Flag, OrderKind, PostKind
from sekisho.accounts.plan import Mode
from sekisho.errors import SekishoError
from sekisho_links.accounts.personnel.decoding import ENCODINGS, UTF8

T = TypeVar("T", bound=StrEnum)

PLACE = "列の対応"
COLUMNS = (
    *("employee_number", "name", "kana", "employer", "works_for", "unit", "title", "kind"),
    *("post", "starts", "last_day", "order_no", "branch", "correction", "previous_number"),
    *("group_id", "manager", "unit_above", "flags"),
)
NEEDED: Mapping[Mode, tuple[str, ...]] = {
    Mode.EVENTS: ("employee_number", "kind", "unit", "starts", "last_day", "order_no"),
    Mode.SNAPSHOT: ("employee_number", "unit"),
}
FORMS = ("csv", "excel")
NEVER = ("9999-12-31", "99991231", "9999/12/31")
_WORDS = frozenset({"orders", "posts", "corrections", "companies", "flags"})
_KEYS = _WORDS | {
    *("form", "encoding", "mode", "company", "works_for", "sheet", "delimiter", "never"),
    *("columns", "number"),
}


class BadMapping(SekishoError):
    """A mapping says something that cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMapping:
    """How to read one kind of file.

    company:     code of the employer of everybody in it. works_for: of whom they work for, where
                 no column says it; "" is the employer.
    columns:     our name -> heading in the file.
    width:       digits of an employee number; 0: any. pad: zeros that a spreadsheet ate are put
                 back; otherwise such a number is refused.
    orders:      word -> what it orders and as what kind of post.
    never:       what the file writes as the last day of a post without end.
    """

    form: str
    encoding: str
    mode: Mode
    company: str
    works_for: str = ""
    sheet: str = ""
    delimiter: str = ","
    columns: Mapping[str, str] = field(default_factory=dict)
    width: int = 0
    pad: bool = False
    orders: Mapping[str, tuple[OrderKind, PostKind]] = field(default_factory=dict)
    posts: Mapping[str, PostKind] = field(default_factory=dict)
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    companies: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, Flag] = field(default_factory=dict)
    never: tuple[str, ...] = NEVER


def mapping_in(text: str) -> FeedMapping:
    """Return the mapping that a TOML text declares. Raises BadMapping."""
    try:
        return mapping_of(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(
            f"列の対応が TOML として読めません（{error}）",
            place=PLACE,
            remedy="content/feeds の見本と見比べてください",
        ) from None


def mapping_of(said: Mapping[str, Any]) -> FeedMapping:
    """Return the mapping that was declared. Raises BadMapping with what is wrong in it."""
    _known(said, _KEYS, what="項目")
    mode = _one(Mode, said.get("mode", Mode.EVENTS), what="mode")
    number = _table(said, "number")
    _known(number, frozenset({"width", "pad"}), what="number の項目")
    columns = {key: str(heading) for key, heading in _table(said, "columns").items()}
    _known(columns, frozenset(COLUMNS), what="列")
    if missing := [key for key in NEEDED[mode] if key not in columns]:
        raise BadMapping(
            f"columns に {'、'.join(missing)} がありません",
            place=PLACE,
            remedy="ファイルの見出しを書いてください",
        )
    width = number.get("width", 0)
    if not isinstance(width, int) or isinstance(width, bool) or not 0 <= width <= 24:
        raise BadMapping(
            "number の width は 0 から 24 の数です", place=PLACE, remedy="桁数を書いてください"
        )
    return FeedMapping(
        form=_of(FORMS, said.get("form", "csv"), what="form"),
        encoding=_of(ENCODINGS, said.get("encoding", UTF8), what="encoding"),
        mode=mode,
        company=_company(said),
        works_for=str(said.get("works_for", "")),
        sheet=str(said.get("sheet", "")),
        delimiter=_of((",", "\t", ";"), said.get("delimiter", ","), what="delimiter"),
        columns=columns,
        width=width,
        pad=number.get("pad", False) is True,
        orders={word: _order(value) for word, value in _table(said, "orders").items()},
        posts={
            word: _one(PostKind, value, what="posts")
            for word, value in _table(said, "posts").items()
        },
        corrections={
            word: _one(Correction, value, what="corrections")
            for word, value in _table(said, "corrections").items()
        },
        companies={word: str(value) for word, value in _table(said, "companies").items()},
        flags={
            word: _one(Flag, value, what="flags") for word, value in _table(said, "flags").items()
        },
        never=tuple(str(one) for one in said.get("never", NEVER)),
    )


def _company(said: Mapping[str, Any]) -> str:
    if not (company := str(said.get("company", ""))):
        raise BadMapping(
            "company がありません", place=PLACE, remedy="この連携の会社の符号を書いてください"
        )
    return company


def _order(value: object) -> tuple[OrderKind, PostKind]:
    """Return what "add concurrent" orders; without a kind of post it is the main one."""
    kind, _, post = str(value).partition(" ")
    return (
        _one(OrderKind, kind, what="orders"),
        _one(PostKind, post or PostKind.MAIN, what="orders"),
    )


def _table(said: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = said.get(key, {})
    if not isinstance(table, Mapping):
        raise BadMapping(
            f"{key} は表（[{key}]）で書きます", place=PLACE, remedy="見本と見比べてください"
        )
    return table


def _known(said: Mapping[str, Any], known: frozenset[str], *, what: str) -> None:
    if unknown := sorted(said.keys() - known):
        raise BadMapping(
            f"知らない{what}です: {'、'.join(unknown)}",
            place=PLACE,
            remedy=f"書けるのは {'、'.join(sorted(known))} です",
        )


def _of(known: tuple[str, ...], value: object, *, what: str) -> str:
    if value not in known:
        raise BadMapping(
            f"{what} の「{value}」は使えません",
            place=PLACE,
            remedy=f"{'、'.join(repr(one) for one in known)} のどれかを書いてください",
        )
    return str(value)


def _one(kind: type[T], value: object, *, what: str) -> T:
    return kind(_of(tuple(kind), value, what=what))
