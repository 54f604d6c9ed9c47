"""Keys of programs (連携の鍵, API の鍵): who may have one, for what, and how long."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from sekisho.terms.refusals import Refusal

LONGEST_DAYS = 366


class Scope(StrEnum):
    """What a program may do with its key."""

    PEOPLE = "people.read"
    SYSTEMS = "systems.read"
    ACCOUNTS = "accounts.read"
    HOLD = "accounts.hold"
    PUSHES = "pushes.read"
    GRANTS = "grants.read"
    EVALUATE = "grants.evaluate"


WORDS: Mapping[Scope, str] = {
    Scope.PEOPLE: "自社の人と発令を読む",
    Scope.SYSTEMS: "対象システムを読む",
    Scope.ACCOUNTS: "アカウントと、その停止の理由を読む",
    Scope.HOLD: "アカウントを止める、自分の停止を解く",
    Scope.PUSHES: "反映、突合、発令日からの遅れを読む",
    Scope.GRANTS: "利用申請、利用許可、非常災害を読む",
    Scope.EVALUATE: "だれかがいま利用してよいかを尋ねる",
}


def refusal_to_issue(*, days: int, scopes: Collection[str] | None = None) -> Refusal | None:
    """Return why no key is issued for so many days and these scopes, or None where it may be.

    scopes: None for a key of a feed, which can do one thing.
    """
    if not 1 <= days <= LONGEST_DAYS:
        return Refusal(
            reason=f"鍵の期限は1日から{LONGEST_DAYS}日までです",
            remedy="期限の前に、新しい鍵に替えてください",
        )
    if scopes is not None and (not scopes or not set(scopes) <= {*Scope}):
        return Refusal(
            reason="鍵でできることが書かれていないか、知らないものがあります",
            remedy=f"{'、'.join(Scope)} から選んでください",
        )
    return None
