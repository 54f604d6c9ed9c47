"""The approval policy (承認規程): who has to approve what, and within which limits.

A policy is data, and a version of it never changes. All of its parties must approve (AND): there
is no counting over a mixed pool, and no policy without a party can be expressed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from hashlib import sha256

import rfc8785

from sekisho.grants.references import ANY, KINDS, NONE, WORDS
from sekisho.terms.refusals import Refusal

DAY = 24 * 60  # minutes
LONGEST: Mapping[str, int] = {  # minutes of a window, by mode; what the database allows at most
    "standing": 184 * DAY,
    "period": 30 * DAY,
    "per_use": 30 * DAY,
    "dual": 30 * DAY,
}
MODE_WORDS: Mapping[str, str] = {
    "standing": "常時",
    "period": "期間",
    "per_use": "都度",
    "dual": "二者",
}
ROLE_WORDS: Mapping[str, str] = {
    "superior": "所属長",
    "use_officer": "利用責任者",
    "system_officer": "システム管理責任者",
    "engagement_owner": "委託主管",
    "commander": "災害対策責任者",
    "conduct_office": "行為規制担当（第2線）",
    "audit": "内部監査（第3線）",
    "duty": "当番",
}
SIDE_WORDS: Mapping[str, str] = {
    "owner": "持ち主の側",
    "asker": "申請者の側",
    "entruster": "委託元の側",
}
ASKER_WORDS: Mapping[str, str] = {
    "network": "送配電の従業者",
    "administrator": "システムの運用者",
    "line2": "第2線の人",
    "line3": "第3線の人",
    "contractor": "委託先の従業者",
    "helper": "災害の応援者",
    "retail": "小売の従業者",
    "outside": "社外の人",
}
CIRCUMSTANCE_WORDS: Mapping[str, str] = {
    "ordinary": "平常",
    "disaster": "非常災害",
    "failure": "障害時の暫定利用",
    "drill": "訓練",
}
LOOK_BACK_WORDS: Mapping[str, str] = {
    "none": "しない",
    "approver": "承認した人",
    "line2": "行為規制担当（第2線）",
}
NO_POLICY = Refusal(
    reason="この利用のための承認規程がありません",
    remedy="システム管理責任者に、承認規程に加えるかどうかを相談してください",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One party whose approval is needed: a role, on one side. OR exists only inside it."""

    role: str
    side: str

    @property
    def words(self) -> str:
        role = ROLE_WORDS.get(self.role, self.role)
        return f"{role}（{SIDE_WORDS.get(self.side, self.side)}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of one policy. "" for `system` and `role`: any."""

    code: str
    version: int
    asker_class: str
    mode: str
    parties: tuple[Party, ...]
    max_window_minutes: int
    max_use_minutes: int
    purposes: tuple[str, ...]
    circumstance: str = "ordinary"
    system: str = ""
    role: str = ""
    in_order: bool = False  # the parties answer one after the other
    uses_max: int | None = None  # per use only
    pending_minutes: int = DAY
    fresh_seconds: int = 300
    reference_kind: str = ANY
    look_back: str = "none"
    look_back_days: int = 3

    @property
    def text(self) -> bytes:
        """The canonical text (RFC 8785), of which a request names the digest."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        said["parties"] = [{"role": each.role, "side": each.side} for each in self.parties]
        return rfc8785.dumps({"type": "sekisho.policy/1", **said, "purposes": list(self.purposes)})

    @property
    def digest(self) -> str:
        return f"sha256:{sha256(self.text).hexdigest()}"


def asker_class(*, company_kind: str, unit_kind: str, appointment_kind: str, purpose: str) -> str:
    """Return the class of who asks, by post and purpose; what is not known is `outside`."""
    if appointment_kind == "support":
        return "helper"
    if company_kind.endswith("_contractor"):
        return "contractor"
    if company_kind in ("affiliate", "other_retailer"):
        return "retail"
    if company_kind != "network":
        return "outside"
    if purpose == "保守運用":
        return "administrator"
    return {"compliance": "line2", "internal_audit": "line3"}.get(unit_kind, "network")


def fitting(
    policies: Iterable[Policy],
    *,
    system: str,
    role: str,
    asker: str,
    purpose: str,
    circumstance: str = "ordinary",
) -> Sequence[Policy]:
    """Return the policies by which this may be asked for, one a mode, the nearest of each.

    Empty: it cannot be asked for at all (NO_POLICY). Where one names the system, those for any
    system say nothing of it; then the same with the role.
    """
    here = [
        one
        for one in sorted(policies, key=lambda one: (one.code, one.version))
        if one.system in ("", system)
        and one.role in ("", role)
        and one.asker_class == asker
        and one.circumstance == circumstance
        and purpose in one.purposes
    ]
    nearest = max(((one.system != "", one.role != "") for one in here), default=None)
    found = {one.mode: one for one in here if (one.system != "", one.role != "") == nearest}
    return [found[mode] for mode in LONGEST if mode in found]


def faults(policy: Policy) -> Sequence[Refusal]:
    """Return what is wrong with `policy` in itself; such a policy cannot be published."""
    return tuple(_faults(policy))


def _faults(one: Policy) -> Iterable[Refusal]:
    if not one.parties:
        yield Refusal(reason="承認者がいません", remedy="承認する役割を一つは書いてください")
    if len(set(one.parties)) < len(one.parties):
        yield Refusal(
            reason="同じ承認者が二度あります",
            remedy="一人が二つの役を兼ねることはできません。一つにしてください",
        )
    for name, known, said in (
        ("承認者", ROLE_WORDS, [each.role for each in one.parties]),
        ("承認者の側", SIDE_WORDS, [each.side for each in one.parties]),
        ("方式", MODE_WORDS, [one.mode]),
        ("申請者の区分", ASKER_WORDS, [one.asker_class]),
        ("状況", CIRCUMSTANCE_WORDS, [one.circumstance]),
        ("利用目的", KINDS, one.purposes or [""]),
        ("利用結果の確認", LOOK_BACK_WORDS, [one.look_back]),
        ("番号", {NONE: "", ANY: "", **WORDS}, one.reference_kind.split("|")),
    ):
        for word in said:
            if word not in known:
                yield Refusal(
                    reason=f"{name}「{word}」は分かりません",
                    remedy=f"次のどれかにしてください：{'、'.join(known)}",
                )
    if one.mode == "dual" and len(one.parties) < 2:
        yield Refusal(reason="方式「二者」なのに承認者が一人です", remedy="二人にしてください")
    if (one.mode == "per_use") != (one.uses_max is not None):
        yield Refusal(
            reason="回数は、方式「都度」のときだけ、必ず書きます", remedy="回数を直してください"
        )
    for name, value, most in (
        ("期間", one.max_window_minutes, LONGEST.get(one.mode, 0)),
        ("一回の利用", one.max_use_minutes, min(8 * 60, one.max_window_minutes)),
        ("承認を待つ時間", one.pending_minutes, 30 * DAY),
        ("本人認証からの秒", one.fresh_seconds, 300),
        ("回数", 1 if one.uses_max is None else one.uses_max, 100),
        ("利用結果を確認する日数", one.look_back_days, 31),
    ):
        if not 1 <= value <= most:
            yield Refusal(reason=f"{name}が{value}です", remedy=f"1から{most}までにしてください")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One remark of the lint. is_error: then it cannot be published."""

    policy: str
    words: str
    is_error: bool


def lint(
    policies: Collection[Policy], *, fills: Callable[[Policy, Party], bool] | None = None
) -> Sequence[Remark]:
    """Return what is wrong with `policies` taken together, errors first.

    fills: whether somebody could answer for this party today; None: that is not asked.
    """
    found = [
        Remark(policy=one.code, words=str(fault), is_error=True)
        for one in policies
        for fault in faults(one)
    ]
    seen: dict[tuple[str, ...], str] = {}
    for one in policies:
        for purpose in one.purposes:
            key = (one.system, one.role, one.asker_class, one.circumstance, one.mode, purpose)
            if (other := seen.setdefault(key, one.code)) != one.code:
                words = f"{other} と同じ場合（{purpose}）を決めています。どちらかを外してください"
                found.append(Remark(policy=one.code, words=words, is_error=True))
        if one.mode in ("per_use", "dual") and one.look_back == "none":
            words = "都度の利用なのに、利用結果の確認がありません"
            found.append(Remark(policy=one.code, words=words, is_error=False))
        if {each.role for each in one.parties} == {"superior"}:
            words = "所属長だけで許可されます。持ち主の側の承認者を加えることを勧めます"
            found.append(Remark(policy=one.code, words=words, is_error=False))
        found += [
            Remark(
                policy=one.code,
                words=f"{party.words}を務められる人が、今日はいません",
                is_error=False,
            )
            for party in one.parties
            if fills is not None and not fills(one, party)
        ]
    return sorted(set(found), key=lambda each: (not each.is_error, each.policy, each.words))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing in which two versions differ. is_looser: it lets more in than before."""

    words: str
    is_looser: bool


_LIMITS = {
    "max_window_minutes": "期間（分）",
    "max_use_minutes": "一回の利用（分）",
    "pending_minutes": "承認を待つ時間（分）",
    "fresh_seconds": "本人認証からの秒",
    "look_back_days": "利用結果を確認する日数",
}
_NAMES = {
    "system": "システム",
    "role": "役割",
    "asker_class": "申請者の区分",
    "circumstance": "状況",
    "mode": "方式",
    "reference_kind": "番号",
    "look_back": "利用結果の確認",
}


def difference(old: Policy | None, new: Policy) -> Sequence[Difference]:
    """Return in sentences what `new` says otherwise than `old`; a new policy is looser as a whole.

    What cannot be compared (another mode, another asker) counts as looser: it is looked at.
    """
    if old is None:
        return (Difference(words="新しい規程です", is_looser=True),)
    return tuple(_difference(old, new))


def _difference(old: Policy, new: Policy) -> Iterable[Difference]:
    for each in old.parties:
        if each not in new.parties:
            yield Difference(words=f"{each.words}の承認が要らなくなります", is_looser=True)
    for each in new.parties:
        if each not in old.parties:
            yield Difference(words=f"{each.words}の承認が要るようになります", is_looser=False)
    if old.in_order != new.in_order:
        words = "承認の順序を問うようになります" if new.in_order else "承認の順序を問わなくなります"
        yield Difference(words=words, is_looser=old.in_order)
    for name, said in _LIMITS.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Difference(
                words=f"{said}が{before}から{after}になります", is_looser=after > before
            )
    if old.uses_max != new.uses_max:
        before, after = old.uses_max or "制限なし", new.uses_max or "制限なし"
        looser = new.uses_max is None or (old.uses_max is not None and new.uses_max > old.uses_max)
        yield Difference(words=f"回数が{before}から{after}になります", is_looser=looser)
    for purpose in new.purposes:
        if purpose not in old.purposes:
            yield Difference(
                words=f"利用目的「{purpose}」で申請できるようになります", is_looser=True
            )
    for purpose in old.purposes:
        if purpose not in new.purposes:
            yield Difference(
                words=f"利用目的「{purpose}」では申請できなくなります", is_looser=False
            )
    for name, said in _NAMES.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            words = f"{said}が「{before or 'すべて'}」から「{after or 'すべて'}」になります"
            yield Difference(words=words, is_looser=True)
