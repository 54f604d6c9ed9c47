"""The ASCII words of a leaf, and the Japanese ones that people read."""

import csv
from functools import cache

from sekisho_links import shipped

KINDS = {
    "login": "サインイン",
    "login_fail": "サインインの失敗",
    "refuse": "拒否",
    "release": "閲覧",
    "export_chunk": "出力",
    "ledger_read": "台帳の閲覧",
    "grant_open": "利用許可",
    "grant_close": "利用許可の終了",
    "account_stop": "停止",
    "rule_publish": "判定表の適用",
    "mask_table_change": "マスク方式の変更",
    "config_change": "設定の変更",
    "erase": "消去",
    "hold": "保全",
    "shard_open": "区画の開始",
    "shard_close": "区画の終了",
    "key_rotate": "鍵の交換",
    "epoch_change": "世代の交代",
    "reconcile": "突合",
    "heartbeat": "定時の記録",
    "approval": "申請と承認",
    "governance": "発動・後始末・誓約",
}
ACTS = {"view": "閲覧", "search": "検索", "print": "印刷", "export": "出力", "update": "変更"}
OWNERS = {
    "own": "自社",
    "rival": "他社",
    "affiliate": "関係小売",
    "last_resort": "最終保障",
    "unknown": "不明",
}
TREATMENTS = {
    "shown": "表示",
    "partial": "一部",
    "coded": "符号化",
    "hidden": "非表示",
    "refused": "拒否",
}


def code(attribute: str, word: str) -> str:
    """Return the 値の符号 of a word of 属性.csv, or the word itself where it is ASCII already."""
    return word if word.isascii() else _codes()[attribute, word]


def word(attribute: str, found: str | None) -> str:
    """Return the word of 属性.csv for a 値の符号, or the code itself where it is not known."""
    by_code = {(name, value): each for (name, each), value in _codes().items() if value == found}
    return by_code.get((attribute, found or ""), found or "")


def system(key: str) -> str:
    """Return the name of a system by its key, or the key itself."""
    return systems().get(key, "関所" if key == "house" else key)


@cache
def systems() -> dict[str, str]:
    """Return the names of the systems by their keys, in the order of systems.csv."""
    with shipped("content", "systems.csv").open(encoding="utf-8") as file:
        return {row["符号"]: row["システム"] for row in csv.DictReader(file)}


def item(system: str, name: str) -> str:
    """Return the label of a field (整理表の項目名), or its id where the sheet does not know it."""
    return _items(system).get(name, name)


@cache
def _items(system: str) -> dict[str, str]:
    path = shipped("tables", systems().get(system, system), "整理表.csv")
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig") as file:
        return {row["項目ID"]: row["項目名"] for row in csv.DictReader(file)}


def item_class(system: str, name: str) -> str:
    """Return the class of a field (項目区分), or its id where the sheet does not know it."""
    return _classes(system).get(name, name)


@cache
def _classes(system: str) -> dict[str, str]:
    path = shipped("tables", systems().get(system, system), "整理表.csv")
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig") as file:
        return {row["項目ID"]: row["項目区分"] for row in csv.DictReader(file)}


@cache
def _codes() -> dict[tuple[str, str], str]:
    with shipped("tables", "属性.csv").open(encoding="utf-8") as file:
        return {(row["属性"], row["値"]): row["値の符号"] for row in csv.DictReader(file)}
