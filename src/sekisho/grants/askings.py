"""求め: somebody of the affiliate asks for what the law keeps from it.

The affiliate must not ask the network company for a prohibited act. So what it asks for of the
network company's systems, outside an emergency and outside the business of its own customers, is
first of all kept, and judged by the second line before anybody else sees it. Until then the answer
is no.

Source: Electricity Business Act (電気事業法) 23(3), and 23(1) for what is excepted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sekisho.terms.refusals import Refusal

ASKERS = frozenset({"affiliate", "affiliate_contractor"})
OWN_CUSTOMERS = frozenset({"小売供給", "切替手続"})  # what every retailer may do for its customers
EMERGENCY = "非常災害対応"
ALLOWED_FOR = timedelta(days=30)  # how long a judgement carries a request
SHORTEST = 10


class Answer(StrEnum):
    """What the second line judged."""

    REFUSED = "refused"  # 断った
    ALLOWED = "allowed"  # 許される求めだった
    PROHIBITED = "prohibited"  # 禁じられた求めだった


WAITS = Refusal(
    reason="この求めは、行為規制の担当（第2線）が判断するまで申請になりません",
    remedy="求めの記録に残しました。許されると判断された後に、申請してください",
)
SHORT = Refusal(
    reason=f"求めの内容が{SHORTEST}字に足りません",
    remedy="だれから何を求められたかを書いてください",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Who judges, by the hat that they wear."""

    person: str
    company_kind: str
    line: int | None


def is_asking(*, asker_kind: str, owner_kind: str, purpose: str) -> bool:
    """Return whether a request of this company for this system is an asking first.

    asker_kind: kind of the company whose work the asker does. A company of a kind that is not
    known asks, too: it is kept from nothing by being kept.
    """
    if owner_kind != "network" or asker_kind in ("network", "network_contractor"):
        return False
    return purpose != EMERGENCY and purpose not in OWN_CUSTOMERS


def refusal_to_judge(
    *,
    by: Judge,
    asked_by: str | None,
    noted_by: str | None,
    answered: bool,
    answer: str,
    note: str,
) -> Refusal | None:
    """Return why this may not be judged so, or None where it may.

    asked_by, noted_by: the asker, and whoever was asked; neither judges it.
    """
    if by.company_kind != "network" or by.line != 2:
        return Refusal(
            reason="求めを判断するのは、送配電の行為規制の担当（第2線）です",
            remedy="行為規制の担当に頼んでください",
        )
    if by.person in (asked_by, noted_by):
        return Refusal(
            reason="自分が関わった求めは判断できません",
            remedy="ほかの行為規制の担当に頼んでください",
        )
    if answered:
        return Refusal(reason="この求めは、もう判断されています", remedy="一覧を開き直してください")
    if answer not in set(Answer):
        return Refusal(reason="判断が選ばれていません", remedy="どれか一つを選んでください")
    if len("".join(note.split())) < SHORTEST:
        return Refusal(
            reason=f"所見が{SHORTEST}字に足りません",
            remedy="何を根拠にどう判断したかを書いてください",
        )
    return None


def carries(answer: str, *, judged_at: datetime, spent: bool, at: datetime) -> bool:
    """Return whether a judgement lets one request through at `at`: once, and for thirty days."""
    allowed = answer == Answer.ALLOWED and not spent
    return allowed and judged_at <= at < judged_at + ALLOWED_FOR
