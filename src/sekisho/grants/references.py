"""Purpose and reference (利用目的と番号) of a request: what for, and by which number to check.

A number is judged by its shape here. Whether it exists is asked of the system where it can be, and
what was looked at outside it is shown to the approver afterwards.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from sekisho.terms.refusals import Refusal

EMERGENCY = "emergency"
ANY = "any"  # of a policy: any kind that fits the purpose
NONE = ""  # of a policy: no number is asked for

WORDS: Mapping[str, str] = {
    "reception": "受付番号",
    "work": "工事番号",
    "supply_point": "供給地点特定番号",
    "facility": "設備ID",
    "application": "申込番号",
    "contract": "契約番号",
    "switching": "切替の番号",
    "consent": "同意の番号",
    "outage": "停電事故番号",
    EMERGENCY: "非常災害の番号",
    "document": "文書番号",
    "case": "案件番号",
    "ticket": "作業票の番号",
}

# Source: Electricity Business Act 23(1), 26-2, 105-107; the purposes are those of 属性.csv.
# 営業提案 has no row: nobody is let in for it, so nothing can be asked for.
KINDS: Mapping[str, tuple[str, ...]] = {
    "託送供給等": ("reception", "work", "supply_point"),
    "再エネ買取": ("facility", "application", "contract"),
    "停電保安": ("outage", "supply_point"),
    "非常災害対応": (EMERGENCY,),
    "小売供給": ("switching", "contract"),
    "切替手続": ("switching", "consent", "supply_point"),
    "保守運用": ("ticket",),
    "監査点検": ("case", "document"),
    "認定事務": ("facility", "document"),
    "監督対応": ("document", "case"),
}

_SUPPLY_POINT = re.compile(r"(0[1-9]|10)\d{20}")  # area 01-10, 22 digits in all
_OTHERS = re.compile(r"[0-9A-Z][0-9A-Z_/-]{2,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One number that says of which matter the use is."""

    kind: str
    no: str


def normal(kind: str, no: str) -> Reference:
    """Return the reference as it is stored: half-width capitals, without blanks.

    A supply point number loses its hyphens: it is written with and without them.
    """
    said = "".join(unicodedata.normalize("NFKC", no).split()).upper()
    if kind == "supply_point":
        said = said.replace("-", "")
    return Reference(kind=kind, no=said)


def fault(reference: Reference) -> Refusal | None:
    """Return what is wrong with the shape of `reference`, or None."""
    if reference.kind not in WORDS:
        return Refusal(
            reason="番号の種類が分かりません",
            remedy=f"次のどれかを選んでください：{'、'.join(WORDS.values())}",
        )
    if reference.kind == "supply_point":
        if _SUPPLY_POINT.fullmatch(reference.no):
            return None
        return Refusal(
            reason="供給地点特定番号の形ではありません",
            remedy="01〜10で始まる22けたの数字を書いてください",
        )
    if _OTHERS.fullmatch(reference.no):
        return None
    return Refusal(
        reason=f"{WORDS[reference.kind]}の形ではありません",
        remedy="3〜32字の英数字とハイフンで、控えのとおりに書いてください",
    )


def asked_for(purpose: str, kind: str) -> tuple[str, ...]:
    """Return the kinds of number of which one is needed; none: no number is needed.

    kind: what the policy says: a kind, several with "|" between them, ANY or NONE.
    """
    if kind == NONE:
        return ()
    if kind == ANY:
        return KINDS.get(purpose, tuple(WORDS))
    return tuple(kind.split("|"))
