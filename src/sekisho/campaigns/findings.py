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
    NO_DECIDER = "no_decider"  # requests for which nobody can decide
    ASKING = "asking"  # somebody of the affiliate asked for what the law keeps from it
    UNLOOKED = "unlooked"  # a use whose approver has not looked at what was done
    UNUSED_GRANT = "unused_grant"  # approvals that nobody used
    LOAN_OVERDUE = "loan_overdue"  # a lent terminal that did not come back
    MISPLACED = "misplaced"  # a terminal where it may not stand
    DEVICE_MISSING = "device_missing"  # a terminal that was not found when counted
    DEVICE_UNKNOWN = "device_unknown"  # a terminal that was found and is in no register
    DEVICE_LOST = "device_lost"  # a terminal that was reported lost
    CLOSING_OVERDUE = "closing_overdue"  # an emergency that is not cleared up in time
    EXCEPTION_OPEN = "exception_open"  # a provisional use that stands open too long
    OUTSIDE_AREA = "outside_area"  # looks outside the declared districts
    NO_GRANT = "no_grant"  # a use without any grant
    WRONG_PERSON = "wrong_person"  # a use by somebody else than the holder
    OUTSIDE_TIME = "outside_time"  # a use before or after what was approved
    WRONG_PLACE = "wrong_place"  # a use from where it may not be made
    STOPPED_USED = "stopped_used"  # a use under an ID that was stopped
    UNKNOWN_ID = "unknown_id"  # a use under an ID that nobody knows here
    OFF_PURPOSE = "off_purpose"  # records that do not belong to the reference
    LOG_MISSING = "log_missing"  # a log that did not come
    CONFLICT = "conflict"  # posts that may not meet in one person
    PLEDGE_REFUSED = "pledge_refused"  # somebody refused to pledge
    OTHER_PRINCIPAL = "other_principal"  # an ID used for the other principal's work
    ENGAGEMENT_OPEN = "engagement_open"  # an engagement that is not cleared up in time
    NO_HANDLE = "no_handle"  # an arrival at a system that did not come through the launcher
    DRILL_REAL = "drill_real"  # a drill that reached a real record
    UNSIGNED = "unsigned"  # an approval whose signatures do not hold


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
    Kind.NO_DECIDER: "承認できる人がいない申請",
    Kind.ASKING: "関係小売からの求め",
    Kind.UNLOOKED: "利用結果の未確認",
    Kind.UNUSED_GRANT: "使われていない承認",
    Kind.LOAN_OVERDUE: "返っていない貸与端末",
    Kind.MISPLACED: "違う場所にある端末",
    Kind.DEVICE_MISSING: "見つからない端末",
    Kind.DEVICE_UNKNOWN: "台帳にない端末",
    Kind.DEVICE_LOST: "端末の紛失",
    Kind.CLOSING_OVERDUE: "終わらない後始末",
    Kind.EXCEPTION_OPEN: "開いたままの暫定利用",
    Kind.OUTSIDE_AREA: "発動の区域の外の閲覧",
    Kind.NO_GRANT: "許可のない利用",
    Kind.WRONG_PERSON: "別の人による利用",
    Kind.OUTSIDE_TIME: "許可の時間の外の利用",
    Kind.WRONG_PLACE: "違う場所からの利用",
    Kind.STOPPED_USED: "停止中のIDの利用",
    Kind.UNKNOWN_ID: "台帳にないIDの利用",
    Kind.OFF_PURPOSE: "目的外の疑い",
    Kind.LOG_MISSING: "届いていない記録",
    Kind.CONFLICT: "兼任・異動の制限",
    Kind.PLEDGE_REFUSED: "誓約の拒否",
    Kind.OTHER_PRINCIPAL: "別の委託元の業務での利用",
    Kind.ENGAGEMENT_OPEN: "終わらない委託の後始末",
    Kind.NO_HANDLE: "起動ページを通らない到着",
    Kind.DRILL_REAL: "訓練での実データ",
    Kind.UNSIGNED: "署名の合わない承認",
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
