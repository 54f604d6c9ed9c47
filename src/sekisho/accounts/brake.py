"""The brake on mass changes (ブレーキ): a wrong file must not stop or move half a company."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sekisho.terms.days import day_in_japan
from sekisho.terms.refusals import Refusal

FEW = 20  # people
SHARE = 3  # in a hundred of the company
TWO = 2
PATIENCE = timedelta(hours=4)
SEASONS = frozenset({(4, 1), (7, 1)})  # month and day of the transfers of the year


def brakes(moving: int, *, staff: int) -> bool:
    """Return whether so many leavers and movers at once wait for two people.

    staff: people of the company in a post. More than 20 and more than 3 % of them.
    """
    return moving > FEW and moving * 100 > SHARE * staff


def is_season(effective: Collection[datetime]) -> bool:
    """Return whether any change counts from a day of transfers; then a number is expected."""
    days = {day_in_japan(at) for at in effective}
    return any((day.month, day.day) in SEASONS for day in days)


def refusal_to_confirm(
    *,
    state: str,
    by: int,
    confirmed_by: Collection[int],
    moving: int,
    season: bool,
    expected: int | None,
) -> Refusal | None:
    """Return why `by` may not confirm a delivery, or None where they may.

    season:   it holds changes of 1 April or 1 July.
    expected: the number of leavers and movers that personnel announced, as `by` has it from them.
    """
    if state != "staged":
        return Refusal(reason="この受信は確認待ちではありません", remedy="一覧を開き直してください")
    if by in confirmed_by:
        return Refusal(
            reason="あなたはもう確認しています", remedy="ほかの人に二人目の確認を依頼してください"
        )
    if season and expected is None:
        return Refusal(
            reason="定期異動の見込みの人数がありません",
            remedy="人事から別に聞いた退職と異動の人数を入れてください",
        )
    if expected is not None and expected != moving:
        return Refusal(
            reason=f"見込みの {expected} 人と、この受信の {moving} 人が違います",
            remedy="人事に人数を確かめ、違うときは受信を差し戻してください",
        )
    return None


def refusal_to_apply(
    *, state: str, moving: int, staff: int, season: bool, confirmations: int, refused_whole: bool
) -> Refusal | None:
    """Return why a delivery may not be applied, or None where it may.

    confirmations: by different people. refused_whole: the file could not be read at all.
    """
    if state == "applied":
        return Refusal(reason="この受信は適用済みです", remedy="一覧を開き直してください")
    if state != "staged" or refused_whole:
        return Refusal(
            reason="この受信は読み取れていません", remedy="誤りを直したファイルを入れ直してください"
        )
    if (brakes(moving, staff=staff) or (season and moving > FEW)) and confirmations < TWO:
        return Refusal(
            reason=f"退職と異動が {moving} 人あり、一度に変わる人数の限りを超えています",
            remedy=f"二人の確認が要ります（いま {confirmations} 人）",
        )
    return None


def is_overdue(*, effective_at: datetime, received_at: datetime, now: datetime) -> bool:
    """Return whether explicit orders have waited so long that their people are stopped meanwhile.

    Four hours after they count; of late news, after it came: somebody must have had the time.
    """
    return now >= max(effective_at, received_at) + PATIENCE


def next_season(day: date) -> date:
    """Return the next day of transfers from `day` on."""
    days = [date(year, *at) for year in (day.year, day.year + 1) for at in sorted(SEASONS)]
    return min(one for one in days if one >= day)
