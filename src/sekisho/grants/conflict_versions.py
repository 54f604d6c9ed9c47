"""Who may change how long a restriction lasts: the one thing in the rules that a company sets."""

from sekisho.grants.conflict_rules import LONGEST_MONTHS
from sekisho.grants.conflicts import (
    OWNER,
    SECOND_LINE,
    SHORTEST_REASON,
    Relation,
    Rule,
)
from sekisho.terms.refusals import Refusal

WAITS = Refusal(
    reason="この規則には、確認を待つ版がもうあります",
    remedy="その版を確認するか取り下げてから、起案してください",
)


def refusal_to_propose(
    rule: Rule | None, *, months: int, reason: str, is_waiting: bool
) -> Refusal | None:
    """Return why a version of `rule` with other months may not be proposed, or None.

    is_waiting: another version of it waits to be confirmed.

    The rules that the law makes have no number of months; who judges (K8) and who left sales (K4)
    have one, which is the company's own.
    """
    if rule is None:
        return Refusal(reason="そのような規則はありません", remedy="規則を選び直してください")
    if rule.months is None or rule.relation is Relation.TOGETHER:
        return Refusal(
            reason=f"{rule.code} には、変えられる月数がありません",
            remedy="法令の制限は、この画面では変えられません",
        )
    if not 1 <= months <= LONGEST_MONTHS:
        return Refusal(reason=f"月数は1から{LONGEST_MONTHS}までです", remedy="入れ直してください")
    if months == rule.months:
        return Refusal(reason="いまと同じ月数です", remedy="変える月数を入れてください")
    if is_waiting:
        return WAITS
    if len(reason.strip()) < SHORTEST_REASON:
        return Refusal(
            reason="変える理由が足りません", remedy=f"{SHORTEST_REASON}文字以上で書いてください"
        )
    return None


def refusal_to_confirm(
    *, is_waiting: bool, by: str, proposed_by: str, company_kind: str, line: int | None
) -> Refusal | None:
    """Return why `by` may not let a version count, or None where they may.

    company_kind, line: of the post that `by` wears.
    """
    if not is_waiting:
        return Refusal(reason="確認を待つ版ではありません", remedy="規則の一覧を開き直してください")
    if company_kind != OWNER or line != SECOND_LINE:
        return Refusal(
            reason="確認できるのは、送配電会社の第2線だけです",
            remedy="行為規制担当に依頼してください",
        )
    if by == proposed_by:
        return Refusal(
            reason="自分が起案した版は確認できません",
            remedy="第2線のほかの人に確認してもらってください",
        )
    return None
