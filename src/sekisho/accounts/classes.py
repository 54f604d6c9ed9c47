"""From a post to the class of viewer (閲覧者区分): a look-up table, no judgement."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from sekisho.errors import SekishoError

RELIEF = "災害応援"
RELIEF_PURPOSE = "非常災害対応"
COLUMNS = ("会社区分", "組織区分", "閲覧者区分", "利用目的", "職務の範囲")


class UnreadableClasses(SekishoError):
    """The table of viewer classes lacks a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewerClass:
    name: str  # a value of 閲覧者区分
    purpose: str  # the purpose of most of its work
    duty: str  # what lies in duty: area, own, work_item or none


ON_RELIEF = ViewerClass(name=RELIEF, purpose=RELIEF_PURPOSE, duty="work_item")

# What may be chosen besides the usual purpose. To choose 営業提案 shows nothing, and is recorded.
ALSO: Mapping[str, tuple[str, ...]] = {
    "関係小売営業": ("切替手続", "営業提案"),
    "関係小売委託": ("切替手続", "営業提案"),
    "新電力": ("切替手続", "営業提案"),
    "送配電託送": ("託送供給等", "再エネ買取", "停電保安"),
    "配電現場": ("託送供給等",),
}


def read(text: str, *, place: str) -> Mapping[tuple[str, str], ViewerClass]:
    """Return the class of viewer of each (company kind, unit kind)."""
    rows = csv.DictReader(io.StringIO(text))
    if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise UnreadableClasses(
            f"列がありません: {'、'.join(missing)}",
            place=place,
            remedy=f"列を {'、'.join(COLUMNS)} にしてください",
        )
    return {
        (row["会社区分"], row["組織区分"]): ViewerClass(
            name=row["閲覧者区分"], purpose=row["利用目的"], duty=row["職務の範囲"]
        )
        for row in rows
    }


def purposes(viewer: ViewerClass) -> tuple[str, ...]:
    """Return the purposes (利用目的) that such a viewer may choose, the usual one first."""
    offered = (viewer.purpose, *ALSO.get(viewer.name, ()))
    return tuple(dict.fromkeys(offered))
