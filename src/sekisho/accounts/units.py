"""Kinds of units (組織区分) in words: the keys stand in files, the words on screens."""

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "board": "役員",
    "compliance": "行為規制の部署",
    "internal_audit": "内部監査",
    "service_centre": "託送の窓口",
    "renewable": "再エネの接続・買取",
    "it": "情報システム",
    "operation": "系統運用",
    "branch": "支社の総務",
    "distribution": "配電",
    "call_centre": "受付",
    "meter": "検針・計器",
    "line": "配電工事",
    "sales": "営業",
    "retailer": "小売",
    "ministry": "認定の担当",
    "regulator": "監督の担当",
}


def words_of(kind: str) -> str:
    """Return the words of a kind of unit; one that is not known here stands as it is."""
    return WORDS.get(kind, kind)
