"""A finding (指摘): something that is not as it should be, open until the second line closes it."""

from collections.abc import Mapping
from enum import StrEnum

from sekisho.terms.refusals import Refusal

SECOND_LINE = 2
OWNER = "network"  # 会社区分 of the company that answers for the records
SHORTEST_REASON = 4


class Kind(StrEnum):
    """What sort of thing was found. Kept in the database: one may be added, none renamed."""

    RE_DECIDED = "re_decided"  # a recorded look that its own version would answer otherwise
    EFFECT = "effect"  # a row in the database that the evaluator does not decide so
    DRIFT = "drift"  # 整理表 and the columns of the database differ
    VERSION = "version"  # loaded, active and published versions differ
    INVARIANT = "invariant"  # an invariant of the live version does not hold
    MASK = "mask"  # a mask does not give what its vector says
    WATCHED = "watched"  # a combination believed impossible occurs
    ENDING = "ending"  # a version ends soon
    UNCHECKED = "unchecked"  # a check could not be made
    PERSONNEL_SILENT = "personnel_silent"  # no news from personnel for too long
    PERSONNEL_MASS = "personnel_mass"  # more leavers and movers than usual
    UNIT_UNMAPPED = "unit_unmapped"  # a unit whose titles have no meaning yet
    MANAGER_UNKNOWN = "manager_unknown"  # personnel name a superior whom nobody knows
    UNLINKED = "unlinked"  # somebody left one company and somebody like them joined another
    LATE_NEWS = "late_news"  # news that came after the day from which it is true
    ORPHAN = "orphan"  # an ID in a target that is unknown here
    MISSING = "missing"  # an ID that is open here and not there
    REVIVED = "revived"  # an ID that is stopped here and works there
    ROLE_DRIFT = "role_drift"  # rights that differ
    LEFTOVER = "leftover"  # a closed ID that is still there
    UNREADABLE = "unreadable"  # a target whose list could not be read wholly
    DEGRADED = "degraded"  # a target that is reached in a poorer way
    PUSH_ESCALATED = "push_escalated"  # a stop that is not verified in its target
    LENT_ID = "lent_id"  # signs that an ID was lent
    KEY_COPIED = "key_copied"  # an authenticator whose counter went back
    SHARED_UNROTATED = "shared_unrotated"  # a shared secret that was not changed in time


WORDS: Mapping[Kind, str] = {
    Kind.RE_DECIDED: "記録と判定の不一致",
    Kind.EFFECT: "効き目の行の不一致",
    Kind.DRIFT: "整理表と実物の列のずれ",
    Kind.VERSION: "版の不一致",
    Kind.INVARIANT: "不変条件の破れ",
    Kind.MASK: "マスクの不一致",
    Kind.WATCHED: "見張りの組合せの出現",
    Kind.ENDING: "版の期限",
    Kind.UNCHECKED: "照合できない項目",
    Kind.PERSONNEL_SILENT: "人事連携の沈黙",
    Kind.PERSONNEL_MASS: "大量の異動・停止",
    Kind.UNIT_UNMAPPED: "職務の対応がない組織",
    Kind.MANAGER_UNKNOWN: "分からない上司",
    Kind.UNLINKED: "つながっていない転出と転入",
    Kind.LATE_NEWS: "遅れて届いた発令",
    Kind.ORPHAN: "台帳にないID（孤児）",
    Kind.MISSING: "反映先にないID（欠落）",
    Kind.REVIVED: "生き返ったID（復活）",
    Kind.ROLE_DRIFT: "権限の違い",
    Kind.LEFTOVER: "残っているID（残存）",
    Kind.UNREADABLE: "読み切れない反映先（不読）",
    Kind.DEGRADED: "反映の縮退",
    Kind.PUSH_ESCALATED: "反映の上申",
    Kind.LENT_ID: "IDの貸し借りの兆し",
    Kind.KEY_COPIED: "認証器の複製の兆し",
    Kind.SHARED_UNROTATED: "交換していない共有の秘密",
}


def refusal_to_close(
    *, is_open: bool, company_kind: str, line: int | None, reason: str
) -> Refusal | None:
    """Return why a finding may not be closed, or None where it may.

    company_kind, line: of the post that is worn now. reason: what was typed.
    """
    if not is_open:
        return Refusal(reason="この指摘はもう閉じています", remedy="一覧を開き直してください")
    if company_kind != OWNER or line != SECOND_LINE:
        return Refusal(
            reason="指摘を閉じるのは、送配電の第2線（行為規制の部署）の仕事です",
            remedy="第2線の担当者に、直したことを伝えてください",
        )
    if len(reason.strip()) < SHORTEST_REASON:
        return Refusal(
            reason="閉じる理由が書かれていません",
            remedy="何を直したか、またはなぜ差し支えないかを書いてください",
        )
    return None
