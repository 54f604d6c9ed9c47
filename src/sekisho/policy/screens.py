"""Screens of a system (画面), the fields on them, and the ways from one to another."""

from dataclasses import dataclass
from datetime import date

from sekisho.policy.place import Place

ENTRANCES = ("入口", "直接URL", "通知リンク")  # where a person arrives from outside the screens

NOTHING, SEARCH_KEYS, INTERNAL_ID = "なし", "検索条件", "内部ID"
CARRIED = (NOTHING, SEARCH_KEYS, INTERNAL_ID)  # 引継ぎ: all that a transition may carry
DECIDED_AGAIN = "する"  # 再判定

KEY = "検索条件"  # 用途 of a field that one searches by
USES = (KEY, "表示", "帳票", "CSV", "連携")


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    id: str
    name: str
    kind: str  # 画面区分
    path: str
    viewers: tuple[str, ...]  # 想定利用者
    limit: int  # 件数上限
    note: str
    confirmed: date | None = None  # 確認日: when the sheet was last held against the real screen


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenItem:
    """One field on one screen."""

    screen: str
    field: str
    use: str  # 用途
    order: int
    place: Place  # file and line, for the findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    id: str
    source: str  # 遷移元: a screen or one of ENTRANCES
    target: str  # 遷移先: a screen, of this system or of another
    action: str
    carries: str
    again: str
    note: str
