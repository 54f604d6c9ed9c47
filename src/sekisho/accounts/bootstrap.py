"""The first person of all (初期登録): once, on the console of the server, and never again."""

from sekisho.terms.refusals import Refusal

NOT_AN_ADMINISTRATOR = Refusal(
    reason="この会社のこの組織では、管理する人になれません",
    remedy="一般送配電事業者の情報システムの組織を書いてください",
)


def refusal_to_begin(*, administrators: int) -> Refusal | None:
    """Return why nobody may be set up from the console any more, or None where it is the first.

    administrators: people in a post that keeps the registers (システム管理) now.
    """
    if not administrators:
        return None
    return Refusal(
        reason="管理する人がもういます",
        remedy="その人が、画面で人事連携と責任者を登録してください",
    )


def refusal_of_console_ticket(*, others: int) -> Refusal | None:
    """Return why the console issues no ticket, or None where nobody else could issue it.

    others: responsible people, the one it is for excepted, who can prove who they are now.
    """
    if not others:
        return None
    return Refusal(
        reason="登録票を発行できる責任者がいます",
        remedy="責任者が、対面で本人を確かめて画面で発行してください",
    )
