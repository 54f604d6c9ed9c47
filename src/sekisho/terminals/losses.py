"""A lost terminal (紛失): the clock of a leak, and who may say that it is over."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sekisho.terminals.states import Act, State, refusal_to
from sekisho.terms.days import day_in_japan
from sekisho.terms.refusals import Refusal

LOOKED_AT_DAYS = 7  # so many days back what the terminal showed is listed
SHORTEST = 4
FIRST_REPORT = (3, 5)  # 速報: within three to five days, the day of knowledge being the first
FINAL_REPORT = (30, 60)  # 確報: within 30 days; 60 where it may have been on purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The days of a leak. today: the number of the day it is, from 1."""

    first: date
    today: int
    first_report: tuple[date, date]
    final_report: tuple[date, date]


def clock(known_at: datetime, *, now: datetime) -> Clock:
    """Return the clock of a leak that was known at `known_at`; that day in Japan is day 1.

    Source: 個人情報の保護に関する法律施行規則 8条 (first report in about three to five days, final
    report in 30 days, or 60).
    """
    first = day_in_japan(known_at)
    return Clock(
        first=first,
        today=(day_in_japan(now) - first).days + 1,
        first_report=(_nth(first, FIRST_REPORT[0]), _nth(first, FIRST_REPORT[1])),
        final_report=(_nth(first, FINAL_REPORT[0]), _nth(first, FINAL_REPORT[1])),
    )


def _nth(first: date, day: int) -> date:
    return first + timedelta(days=day - 1)


def refusal_to_report(*, state: State, circumstances: str) -> Refusal | None:
    """Return why a loss may not be reported, or None. It asks for no permission, only for words."""
    if refusal := refusal_to(Act.LOSE, state):
        return refusal
    if len(circumstances.strip()) < SHORTEST:
        return Refusal(
            reason="事情が書かれていません", remedy="どこで、どのように無くしたかを書いてください"
        )
    return None


def refusal_to_close(
    *, state: State, act: Act, by: str, reported_by: str, found_by: str | None, note: str
) -> Refusal | None:
    """Return why `by` may not inspect or write off what was lost, or None where they may."""
    if refusal := refusal_to(act, state):
        return refusal
    if by == reported_by or (act is Act.INSPECT and by == found_by):
        return Refusal(
            reason="届け出た人と見つけた人は、これを終わらせられません",
            remedy="別の人が点検してください",
        )
    if len(note.strip()) < SHORTEST:
        return Refusal(reason="所見が書かれていません", remedy="確かめたことを書いてください")
    return None
