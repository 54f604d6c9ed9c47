"""Tickets (登録票): nobody gets a second factor without one, and nobody gives one to themselves."""

from dataclasses import dataclass
from datetime import datetime

from sekisho.accounts.authenticators import TicketKind
from sekisho.terms.refusals import Refusal

HOURS = 72
DIGITS = 20
SHORTEST_CHECK = 4  # characters that say how the identity was checked
UNKNOWN = Refusal(
    reason="この番号の登録票は使えません",
    remedy="番号を確かめ、違わなければ責任者に出し直してもらってください",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """What the rules know of the person for whom a ticket is."""

    person: int
    had: int  # authenticators ever bound, the revoked ones too
    open: int  # of these in use
    held: bool  # a stop of the person is open


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """What the rules know of the person who issues."""

    person: int
    is_officer: bool  # by the hat worn, for the company the holder works for
    is_superior: bool  # leads the unit in which the holder works, or one above it


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A ticket, as the rules see it."""

    person: int
    kind: TicketKind
    expires_at: datetime
    used_at: datetime | None = None
    withdrawn_at: datetime | None = None


def leads(title: str) -> bool:
    """Return whether who has this title (役職) leads the unit: 課長, not 課長代理 or 副所長."""
    return title.endswith("長") and not title.startswith("副")


def refusal_to_issue(
    *, issuer: Issuer, holder: Holder, kind: TicketKind, checked: str
) -> Refusal | None:
    """Return why this ticket may not be issued, or None where it may.

    checked: how the identity was checked in person, as the issuer wrote it.
    """
    if issuer.person == holder.person:
        return Refusal(
            reason="自分の登録票は発行できません",
            remedy="ほかの責任者に、本人であることを確かめてもらってください",
        )
    if not issuer.is_officer and not issuer.is_superior:
        return Refusal(
            reason="登録票を発行できるのは、利用責任者か、本人の上長だけです",
            remedy="対象システムの画面で責任者を確かめ、その人に依頼してください",
        )
    if holder.held:
        return Refusal(
            reason="この人は停止中です",
            remedy="停止の理由を確かめ、解除されてから発行してください",
        )
    if len(checked.strip()) < SHORTEST_CHECK:
        return Refusal(
            reason="本人をどう確かめたかが書かれていません",
            remedy="対面で確かめたものを書いてください（例：社員証と顔）",
        )
    return _refusal_of_kind(kind, holder)


def _refusal_of_kind(kind: TicketKind, holder: Holder) -> Refusal | None:
    if kind is TicketKind.FIRST and holder.had:
        return Refusal(
            reason="この人には、認証器を登録したことがあります",
            remedy="使用中のものに加えるなら「追加」、なくしたか壊れたなら「取替え」を選んでください",
        )
    if kind is TicketKind.ADDITIONAL and not holder.open:
        return Refusal(
            reason="この人には、使用中の認証器がありません",
            remedy="はじめての登録なら「はじめて」、なくしたか壊れたなら「取替え」を選んでください",
        )
    if kind is TicketKind.REPLACEMENT and not holder.had:
        return Refusal(
            reason="この人には、取り替える認証器がありません",
            remedy="「はじめて」を選んでください",
        )
    return None


def refusal_to_use(ticket: Issued | None, *, person: int, now: datetime) -> Refusal | None:
    """Return why `person` may not bind an authenticator with `ticket`, or None where they may.

    ticket: None where no ticket has the number that was typed. Whose a number is, is not said.
    """
    if ticket is None or ticket.person != person or ticket.withdrawn_at is not None:
        return UNKNOWN
    if ticket.used_at is not None:
        return Refusal(
            reason="この登録票は使用済みです", remedy="責任者に出し直してもらってください"
        )
    if ticket.expires_at <= now:
        return Refusal(
            reason=f"この登録票は{HOURS}時間を過ぎています",
            remedy="責任者に出し直してもらってください",
        )
    return None


def refusal_to_withdraw(ticket: Issued, *, now: datetime) -> Refusal | None:
    """Return why `ticket` cannot be withdrawn any more, or None where it can."""
    if ticket.used_at is not None:
        return Refusal(
            reason="この登録票は使用済みです",
            remedy="登録された認証器を失効させてください",
        )
    if ticket.withdrawn_at is not None or ticket.expires_at <= now:
        return Refusal(reason="この登録票はもう使えません", remedy="一覧を開き直してください")
    return None


def refusal_to_revoke(
    *, owner: int, by: int, is_officer: bool, revoked_at: datetime | None
) -> Refusal | None:
    """Return why `by` may not revoke an authenticator of `owner`, or None where they may.

    Holders revoke their own at any hour, and never need anybody for it.
    """
    if revoked_at is not None:
        return Refusal(reason="この認証器はもう失効しています", remedy="一覧を開き直してください")
    if by != owner and not is_officer:
        return Refusal(
            reason="ほかの人の認証器を失効させられるのは、利用責任者か、本人の上長だけです",
            remedy="責任者に、すぐに知らせてください",
        )
    return None
