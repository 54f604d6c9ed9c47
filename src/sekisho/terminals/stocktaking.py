"""Stock-taking (現品照合): what should be there, held against what was read there."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sekisho.terms.refusals import Refusal


class Result(StrEnum):
    FOUND = "found"  # あり
    MISPLACED = "misplaced"  # 場所違い
    MISSING = "missing"  # なし
    UNKNOWN = "unknown"  # 台帳にない
    DUPLICATE = "duplicate"  # 札の重なり


WORDS: Mapping[Result, str] = dict(
    zip(Result, ("あり", "場所違い", "なし", "台帳にない", "札の重なり"), strict=True)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One label that was read. is_known: whether the register has that number."""

    label: str
    is_known: bool
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What came of one terminal. places: where it was read, in order; empty where it was not."""

    label: str
    result: Result
    belongs: str
    places: tuple[str, ...] = ()


def outcome(expected: Mapping[str, str], scans: Iterable[Scan]) -> list[Line]:
    """Return one line for every terminal that was expected, and for every other that was read.

    expected: number -> the place where the register says that it stands.
    scans:    in any order; to read a label twice at one place says no more than to read it once.

    One label at two places is a copied one: neither of the two is taken for the terminal. What
    the register knows and was not expected here is misplaced, wherever it was read.
    """
    read: dict[str, set[str]] = {}
    known: set[str] = set()
    for scan in scans:
        read.setdefault(scan.label, set()).add(scan.place)
        if scan.is_known:
            known.add(scan.label)
    numbers = {**expected, **dict.fromkeys(sorted(set(read) - set(expected)), "")}
    return [
        Line(
            label=number,
            result=_result(number, read.get(number, set()), expected=expected, known=known),
            belongs=belongs,
            places=tuple(sorted(read.get(number, ()))),
        )
        for number, belongs in numbers.items()
    ]


def _result(
    number: str, places: Collection[str], *, expected: Mapping[str, str], known: Collection[str]
) -> Result:
    if len(places) > 1:
        return Result.DUPLICATE
    if number not in expected:
        return Result.MISPLACED if number in known else Result.UNKNOWN
    if not places:
        return Result.MISSING
    return Result.FOUND if expected[number] in places else Result.MISPLACED


def totals(lines: Iterable[Line]) -> dict[str, int]:
    """Return how many lines each result has; every result is there, also with none."""
    counted = dict.fromkeys(map(str, Result), 0)
    for line in lines:
        counted[line.result.value] += 1
    return counted


def refusal_to_close(*, is_open: bool, read: int) -> Refusal | None:
    """Return why a count may not be closed, or None where it may."""
    if not is_open:
        return Refusal(reason="この照合は数え終わっています", remedy="一覧を開き直してください")
    if not read:
        return Refusal(
            reason="まだ一台も読んでいません", remedy="札を読ませてから数え終わりにしてください"
        )
    return None


def refusal_to_approve(
    *,
    is_closed: bool,
    is_approved: bool,
    by: str,
    unit: int,
    counted_by: Collection[str],
    counted_in: int | None,
) -> Refusal | None:
    """Return why `by`, in `unit`, may not approve a count, or None: nobody approves their own."""
    if not is_closed or is_approved:
        return Refusal(reason="この照合は承認を待っていません", remedy="一覧を開き直してください")
    if by in counted_by:
        return Refusal(
            reason="数えた人は承認できません", remedy="数えていない人に承認してもらってください"
        )
    if unit == counted_in:
        return Refusal(
            reason="数えた組織は承認できません", remedy="別の組織の人に承認してもらってください"
        )
    return None
