"""The table of approval policies (承認規程) as people write it: one line a policy, words in cells.

A line that names several systems is one policy for each of them.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from sekisho.errors import SekishoError
from sekisho.grants import policies, references
from sekisho.grants.policies import Party, Policy

T = TypeVar("T")

COLUMNS = (
    "符号", "システム", "申請者の区分", "状況", "利用目的", "方式", "承認者", "順序", "期間（分）",
    "一回（分）", "回数", "待つ（分）", "番号", "確認", "確認（日）", "説明",
)  # fmt: skip
SIDES = {"持ち主": "owner", "申請者": "asker", "委託元": "entruster"}
ROLES = {
    word.partition("（")[0]: role for role, word in policies.ROLE_WORDS.items()
}  # 行為規制担当, without the line in parentheses
LOOK_BACKS = {"しない": "none", "承認した人": "approver", "第2線": "line2"}
ORDERS = {"問わない": False, "番号順": True}


class UnreadablePolicies(SekishoError):
    """The table of policies cannot be read."""


def read(text: str, *, place: str, version: int = 1) -> Sequence[Policy]:
    """Return the policies of the table in `text`. Raise UnreadablePolicies at the first fault.

    version: of all of them. What a policy says is judged by `policies.lint`, not here.
    """
    rows = csv.DictReader(io.StringIO(text))
    if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise UnreadablePolicies(
            f"列がありません: {'、'.join(missing)}",
            place=place,
            remedy=f"列を {'、'.join(COLUMNS)} にしてください",
        )
    found = [
        policy
        for number, row in enumerate(rows, start=2)
        for policy in _of(row, version=version, place=f"{place} {number}行目")
    ]
    codes = [one.code for one in found]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise UnreadablePolicies(
            f"符号が二度あります: {'、'.join(twice)}",
            place=place,
            remedy="符号を一つにしてください",
        )
    return found


def _of(row: Mapping[str, str], *, version: int, place: str) -> Iterable[Policy]:
    systems = _several(row["システム"]) or ("",)
    for system in systems:
        yield Policy(
            code=row["符号"] if len(systems) == 1 else f"{row['符号']}-{system}",
            version=version,
            system=system,
            asker_class=_known(row, "申請者の区分", _back(policies.ASKER_WORDS), place),
            circumstance=_known(row, "状況", _back(policies.CIRCUMSTANCE_WORDS), place),
            purposes=_several(row["利用目的"]),
            mode=_known(row, "方式", _back(policies.MODE_WORDS), place),
            parties=tuple(_party(each, place) for each in row["承認者"].split("＋") if each),
            in_order=_known(row, "順序", ORDERS, place),
            max_window_minutes=_number(row, "期間（分）", place),
            max_use_minutes=_number(row, "一回（分）", place),
            uses_max=_number(row, "回数", place) if row["回数"] else None,
            pending_minutes=_number(row, "待つ（分）", place),
            reference_kind=_reference(row["番号"], place),
            look_back=_known(row, "確認", LOOK_BACKS, place),
            look_back_days=_number(row, "確認（日）", place),
        )


def _party(said: str, place: str) -> Party:
    role, _, side = said.partition("＠")
    if role not in ROLES or side not in SIDES:
        raise UnreadablePolicies(
            f"承認者「{said}」が分かりません",
            place=place,
            remedy=f"「役割＠側」と書いてください（役割：{'、'.join(ROLES)}、側：{'、'.join(SIDES)}）",
        )
    return Party(role=ROLES[role], side=SIDES[side])


def _reference(said: str, place: str) -> str:
    if said == "":
        return references.NONE
    if said == "目的による":
        return references.ANY
    known = _back(references.WORDS)
    if unknown := [each for each in _several(said) if each not in known]:
        raise UnreadablePolicies(
            f"番号「{'、'.join(unknown)}」が分かりません",
            place=place,
            remedy=f"目的による、または次から選んでください：{'、'.join(known)}",
        )
    return "|".join(known[each] for each in _several(said))


def _known(row: Mapping[str, str], name: str, known: Mapping[str, T], place: str) -> T:
    if row[name] not in known:
        raise UnreadablePolicies(
            f"{name}「{row[name]}」が分かりません",
            place=place,
            remedy=f"次のどれかにしてください：{'、'.join(known)}",
        )
    return known[row[name]]


def _number(row: Mapping[str, str], name: str, place: str) -> int:
    if not row[name].isdecimal():
        raise UnreadablePolicies(
            f"{name}「{row[name]}」が数ではありません", place=place, remedy="数字で書いてください"
        )
    return int(row[name])


def _several(said: str) -> tuple[str, ...]:
    return tuple(each for each in said.split("・") if each)


def _back(words: Mapping[str, str]) -> Mapping[str, str]:
    return {word: key for key, word in words.items()}
