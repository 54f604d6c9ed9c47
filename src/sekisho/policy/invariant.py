"""The shape of an invariant (不変条件): a sentence that must hold for every context."""

from dataclasses import dataclass
from enum import StrEnum

from sekisho.policy.table import Where


class InvariantKind(StrEnum):
    """How an invariant is meant, and so how it is proved."""

    AT_LEAST = "at_least"  # 禁止
    NEVER_MORE = "never_more"  # 比較
    ALIKE = "alike"  # 同一
    DUTY = "duty"  # 義務
    ROW = "row"  # 行
    UNKNOWN = "unknown"  # 不明
    EMPTY_CLASS = "empty_class"  # 空区分
    CEILING = "ceiling"  # 上限
    CEILING_NEVER_MORE = "ceiling_never_more"  # 上限比較
    DELIVERED = "delivered"  # 実効
    STRUCTURE = "structure"  # 構造
    DIFFERENCE = "difference"  # 差分


KIND_OF_WORD = dict(
    zip(
        (
            "禁止",
            "比較",
            "同一",
            "義務",
            "行",
            "不明",
            "空区分",
            "上限",
            "上限比較",
            "実効",
            "構造",
            "差分",
        ),
        InvariantKind,
        strict=True,
    )
)
WORD_OF_KIND = {kind: word for word, kind in KIND_OF_WORD.items()}

SHOWN, ALWAYS, UNSPOKEN = "見えるとき", "いつでも", "規則なし"  # いつ, of the kind 義務
ALL_CLASSES = "全区分"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One part of 項目条件: the fields whose `column` is (or is not) among `words`."""

    column: str
    words: frozenset[str]
    none_of: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """One row of 不変条件.csv."""

    id: str
    sentence: str  # 文
    kind: InvariantKind
    systems: frozenset[str]  # names of systems; empty: all
    where: Where  # 条件; attributes that are free are not named
    targets: tuple[str, ...]  # 対象: classes, duties or ceiling columns
    floor: int  # 下限: a Treatment, or 要 for the kind 義務
    when: str  # いつ
    attribute: str  # 属性, of the kinds 比較 and 同一
    better: tuple[str, ...]  # 良: one value (比較), values (同一) or a ceiling column (上限比較)
    worse: str  # 悪
    picks: tuple[Pick, ...]  # 項目条件
    check: str  # 検査 T01 … T19
    basis: str

    def binds(self, system: str) -> bool:
        """Return whether the invariant is about the system with the name `system`."""
        return not self.systems or system in self.systems
