"""The ten attributes (属性.csv): closed lists of named values, on which every decision rests."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

VIEWER_CLASS, PURPOSE, CIRCUMSTANCE = "閲覧者区分", "利用目的", "状況"
APPROVAL, TERMINAL, AUTHENTICATION = "承認", "端末", "認証"
ACCOUNT_STATE, SCREEN_KIND = "アカウント状態", "画面区分"
RELATION, SCOPE = "契約相手", "対象範囲"

# The viewer- and request-side attributes: together, the profile of one look.
PROFILE = (
    VIEWER_CLASS,
    PURPOSE,
    CIRCUMSTANCE,
    APPROVAL,
    TERMINAL,
    AUTHENTICATION,
    ACCOUNT_STATE,
    SCREEN_KIND,
)
RECORD_SIDE = (RELATION, SCOPE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of an attribute."""

    word: str
    code: str  # 値の符号, for databases and programs
    precedence: int  # 優先: where several facts hold, the smallest wins
    derived_by: str  # one of the six kinds of derivation (導出)
    source: str  # 導出元
    group: str  # 相手群 自社 / 他社, under which 整理表 keeps a ceiling; empty: none
    note: str


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """One attribute with all its values, in the order of the sheet."""

    name: str
    code: str
    side: str  # 閲覧者 / 要求 / 記録
    values: tuple[Value, ...]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The values as the sheets write them."""
        return tuple(value.word for value in self.values)

    @cached_property
    def by_word(self) -> Mapping[str, Value]:
        """Word -> value."""
        return {value.word: value for value in self.values}

    @cached_property
    def by_code(self) -> Mapping[str, Value]:
        """Code (値の符号) -> value."""
        return {value.code: value for value in self.values}

    def first(self, words: frozenset[str]) -> str | None:
        """Return which of `words` wins: the one with the smallest 優先, or None of none."""
        held = [value for value in self.values if value.word in words]
        return min(held, key=lambda value: value.precedence).word if held else None
