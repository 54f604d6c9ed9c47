"""Stops (停止): who may place one for which reason, and who may lift it again.

To stop is easy and to lift is hard: a stop placed wrongly costs an hour, one lifted wrongly shows
records. Nobody lifts what stops themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sekisho.terms.refusals import Refusal


class Reason(StrEnum):
    """Why something is stopped (停止の理由)."""

    TRANSFER = "transfer"  # 異動
    LEAVE = "leave"  # 休職
    DORMANT = "dormant"  # 長期未使用
    FEED = "feed"  # 人事の停止
    LOST = "lost"  # 紛失
    INVESTIGATION = "investigation"  # 調査
    REVIEW = "review"  # 棚卸し
    PLEDGE = "pledge"  # 誓約・研修の未了


WORDS: Mapping[Reason, str] = {
    Reason.TRANSFER: "異動",
    Reason.LEAVE: "休職",
    Reason.DORMANT: "長期未使用",
    Reason.FEED: "人事の停止",
    Reason.LOST: "紛失",
    Reason.INVESTIGATION: "調査",
    Reason.REVIEW: "棚卸し",
    Reason.PLEDGE: "誓約・研修の未了",
}
WHO_LIFTS: Mapping[Reason, str] = {
    Reason.TRANSFER: "新しい発令の後に、システム管理責任者",
    Reason.LEAVE: "復職の発令の後に、システム管理責任者",
    Reason.DORMANT: "使う目的を添えて、システム管理責任者",
    Reason.FEED: "止めた人事連携",
    Reason.LOST: "新しい認証器を登録した後に、システム管理責任者",
    Reason.INVESTIGATION: "止めた側の線（第2線または第3線）",
    Reason.REVIEW: "システム管理責任者と第2線の2人",
    Reason.PLEDGE: "誓約・研修が終わったとき、規則",
}
_WATCHING = (2, 3)  # the lines that investigate


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a person by the hat worn, a feed, or a rule that is evaluated (nobody)."""

    person: str | None = None  # None: no person
    line: int | None = None  # of the unit of the hat
    is_officer: bool = False  # responsible for the system in question, by the hat worn
    feed: str | None = None  # the feed of personnel that speaks
    is_rule: bool = False

    @property
    def is_in_charge(self) -> bool:
        return self.is_officer or self.line is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """An open stop as the rules see it. person: whom it stops, or whose account it stops."""

    reason: Reason
    person: str | None
    placed_line: int | None = None
    placed_by: str | None = None
    feed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """What is known where somebody lifts a stop.

    note:   the purpose for which it is to be used again.
    second: who confirms beside the one who lifts, where two are asked for.
    """

    by: Actor
    note: str = ""
    second: Actor | None = None
    has_post: bool = False  # a post is in force, and it began after the stop (異動, 休職)
    has_new_key: bool = False  # an authenticator was bound after the stop (紛失)
    is_done: bool = False  # what was missing is there (誓約・研修)


def refusal_to_place(reason: Reason, *, by: Actor, holder: str | None) -> Refusal | None:
    """Return why `by` may not stop something of `holder` for `reason`, or None where they may."""
    match reason:
        case Reason.TRANSFER | Reason.LEAVE:
            may, who = by.feed is not None or by.is_rule, "人事連携または規則"
        case Reason.DORMANT | Reason.PLEDGE:
            may, who = by.is_rule, "規則"
        case Reason.FEED:
            may, who = by.feed is not None, "人事連携"
        case Reason.LOST:
            own = by.person is not None and by.person == holder
            may, who = own or by.is_in_charge, "持ち主または責任のある人"
        case Reason.INVESTIGATION:
            may, who = by.line in _WATCHING, "第2線または第3線"
        case Reason.REVIEW:
            may = by.is_rule or (by.person is not None and by.person != holder)
            who = "棚卸しで答える人または規則"
    if may:
        return None
    return Refusal(
        reason=f"「{WORDS[reason]}」の停止は{who}が行います",
        remedy="理由を選び直すか、行える人に連絡してください",
    )


def refusal_to_lift(hold: Hold, lift: Lift) -> Refusal | None:
    """Return why `lift.by` may not lift `hold`, or None where they may."""
    by = lift.by
    if by.person is not None and by.person == hold.person:
        return Refusal(
            reason="自分の停止は解除できません",
            remedy=f"{WHO_LIFTS[hold.reason]}に解除を求めてください",
        )
    match hold.reason:
        case Reason.FEED:
            same = by.feed is not None and by.feed == hold.feed
            return None if same else _only(hold.reason)
        case Reason.PLEDGE:
            return None if by.is_rule and lift.is_done else _only(hold.reason)
        case Reason.INVESTIGATION:
            return _refusal_of_the_line(hold, by)
        case _:
            return _refusal_of_an_officer(hold.reason, lift, hold=hold)


def refusal_to_confirm(
    hold: Hold, *, by: Actor, is_open: bool, is_confirmed: bool
) -> Refusal | None:
    """Return why `by` may not confirm that a stop of a review may go, or None where they may."""
    if not is_open or is_confirmed:
        return Refusal(reason="確かめを待つ停止ではありません", remedy="一覧を開き直してください")
    if hold.reason is not Reason.REVIEW:
        return Refusal(
            reason=f"「{WORDS[hold.reason]}」の停止に、2人目の確かめは要りません",
            remedy=f"解除できるのは、{WHO_LIFTS[hold.reason]}です",
        )
    if by.line not in _WATCHING:
        return Refusal(
            reason="確かめるのは、第2線または第3線の人です", remedy="第2線の人に頼んでください"
        )
    if by.person == hold.person:
        return Refusal(
            reason="自分の停止の解除は確かめられません", remedy="ほかの人に頼んでください"
        )
    return None


def _refusal_of_the_line(hold: Hold, by: Actor) -> Refusal | None:
    if by.line is None or by.line != hold.placed_line or by.line not in _WATCHING:
        return _only(hold.reason)
    return None


def _refusal_of_an_officer(reason: Reason, lift: Lift, *, hold: Hold) -> Refusal | None:
    if not lift.by.is_officer:
        return _only(reason)
    if reason in (Reason.TRANSFER, Reason.LEAVE) and not lift.has_post:
        return Refusal(
            reason="止めた後に始まった発令がありません",
            remedy="新しい発令が届いてから解除してください",
        )
    if reason is Reason.LOST and not lift.has_new_key:
        return Refusal(
            reason="なくした後に登録した認証器がありません",
            remedy="登録票を出し、新しい認証器を登録してから解除してください",
        )
    if reason is Reason.DORMANT and not lift.note.strip():
        return Refusal(
            reason="使う目的がありません", remedy="何のために使うかを書いてから解除してください"
        )
    if reason is Reason.REVIEW:
        return _refusal_of_two(lift, hold=hold)
    return None


def _refusal_of_two(lift: Lift, *, hold: Hold) -> Refusal | None:
    second = lift.second
    if second is None or second.line not in _WATCHING:
        return Refusal(
            reason="棚卸しの停止は、第2線も確かめてから解除します",
            remedy="第2線の人に、確かめを求めてください",
        )
    if second.person in (None, lift.by.person, hold.person):
        return Refusal(
            reason="2人目は、解除する人でも止められた人でもない人です",
            remedy="別の人に確かめを求めてください",
        )
    return None


def _only(reason: Reason) -> Refusal:
    return Refusal(
        reason=f"「{WORDS[reason]}」の停止を解除できるのは、{WHO_LIFTS[reason]}です",
        remedy="解除できる人に連絡してください",
    )
