"""The masking table (整理表): every field of a system, and how far it may be seen at most."""

from collections.abc import Mapping
from dataclasses import dataclass

from sekisho.policy.treatment import Treatment

NO_PART, NEVER, AS_IS = "空", "出さない", "変えない"  # masks without a form of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemClass:
    """One item class (項目区分)."""

    name: str
    code: str
    kind: str  # 行 (レコード) / 項目


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskMethod:
    """One named mask (マスク方式), with an example that serves as a test vector."""

    name: str
    code: str
    shape: str
    example: str  # as it was typed; ― where there is none
    masked: str
    types: tuple[str, ...]  # the types it can handle; empty: all


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of one system: a row of 整理表."""

    id: str
    number: int
    name: str
    item: str  # the item class (項目区分) under which 判定表 speaks of it
    type: str
    format: str
    example: str
    personal: str  # 個人情報: 該当 / 容易照合 / 非該当
    non_public: str  # 非公開情報: 該当 / 条件付 / 非該当
    basis: str  # 提供根拠: on what ground it may be given to a retailer; なし
    mask: str  # マスク方式
    in_disaster: bool  # 災害時最小: whether relief needs it
    ceilings: Mapping[str, Treatment]  # `閲覧者区分` or `閲覧者区分:自社` -> the most it shows
    joining: str  # 結合鍵の統制
    note: str
    columns: Mapping[str, str]  # the row as it is compared, for 項目条件 of the invariants

    def ceiling(self, viewer: str, group: str) -> Treatment:
        """Return the most that `viewer` may see of it, of a record whose 契約相手 is in `group`.

        A column that is missing is 拒否.
        """
        ceiling = self.ceilings.get(f"{viewer}:{group}", self.ceilings.get(viewer))
        return Treatment.REFUSE if ceiling is None else ceiling


def delivered(treatment: Treatment, *, mask: str) -> Treatment:
    """Return the form in which a field with `mask` leaves the door under `treatment`.

    Mask 空 has no partial form, so 一部 becomes 非表示; 出さない has neither a partial form nor
    a code, so both become 拒否. Under 変えない 一部 stays 一部, and its form is the value itself.
    """
    if mask == NO_PART and treatment == Treatment.PART:
        return Treatment.HIDE
    if mask == NEVER and treatment in (Treatment.PART, Treatment.CODE):
        return Treatment.REFUSE
    return treatment


def searchable(treatment: Treatment, *, mask: str) -> bool:
    """Return whether one may search by a field in this delivered form: only by the value itself."""
    return treatment == Treatment.SHOW or (treatment == Treatment.PART and mask == AS_IS)
