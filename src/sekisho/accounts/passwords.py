"""What a password must be, and when it must be changed. A password is the lesser of two factors.

Whether it stands in a list of known ones, or was used before, is asked elsewhere (a list is a
file, and to compare with an old hash costs what a guess costs); the words are here.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from sekisho.terms.days import months_on
from sekisho.terms.refusals import Refusal

SHORTEST = 12  # characters, counted after NFKC
LONGEST = 128  # a longer one costs the server more than it costs a guesser
FEWEST_KINDS = 5  # different characters
SHORTEST_CORE = 4  # what is left of three letters says nothing about the rest
SHORTEST_PART = 3  # of a login or a name: shorter ones stand in every text
MOST_REMEMBERED = 24
MOST_MONTHS = 36
SEASONS = ((4, 1), (7, 1))  # 定期異動
LOOKALIKES = str.maketrans("@4301!5$7|", "aaeoiisstl")


class Rotation(StrEnum):
    """When a company asks for a new password, kept from outside: one may be added, none renamed.

    For a card together with a password there is no need of it; some companies' rules ask for it.
    """

    NONE = "none"  # 定めない
    SEASONS = "seasons"  # 定期異動の時期ごと
    MONTHS = "months"  # nか月ごと


WORDS = {
    Rotation.NONE: "定めない",
    Rotation.SEASONS: "定期異動の時期（4月1日、7月1日）ごと",
    Rotation.MONTHS: "定めた月数ごと",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPolicy:
    """What one company asks of its people beyond what the product asks of all.

    remembered: how many earlier passwords may not come again (the present one never may).
    months:     of Rotation.MONTHS alone.
    """

    shortest: int = SHORTEST
    remembered: int = 5
    rotation: Rotation = Rotation.NONE
    months: int = 12

    def __post_init__(self) -> None:
        """Raise ValueError where the policy would ask less than the product does, or nonsense."""
        if not SHORTEST <= self.shortest <= LONGEST:
            raise ValueError(f"shortest: {SHORTEST}..{LONGEST}")
        if not 0 <= self.remembered <= MOST_REMEMBERED:
            raise ValueError(f"remembered: 0..{MOST_REMEMBERED}")
        if not 1 <= self.months <= MOST_MONTHS:
            raise ValueError(f"months: 1..{MOST_MONTHS}")


def together(policies: Iterable[PasswordPolicy]) -> PasswordPolicy:
    """Return what is asked of the shape by all of `policies`; by none of them, what all are asked.

    When a new one is due is asked of each by itself: the earliest day counts.
    """
    asked = list(policies) or [PasswordPolicy()]
    return PasswordPolicy(
        shortest=max(policy.shortest for policy in asked),
        remembered=max(policy.remembered for policy in asked),
    )


def normalized(typed: str) -> str:
    """Return `typed` as it is hashed: NFKC, so that another keyboard gives the same password."""
    return unicodedata.normalize("NFKC", typed)


def core(password: str) -> str:
    """Return what is left of `password` when ornaments are taken off, in lower case.

    Digits and signs at both ends go, look-alikes are read as letters, a repeated word counts
    once: `P@ssw0rd2026!` and `PasswordPassword` are both `password`. May be empty.
    """
    bare = normalized(password).casefold().strip("0123456789!\"#$%&'()*+,-./:;<=>?[\\]^_`{|}~ ")
    return _once(bare.translate(LOOKALIKES))


def lookups(password: str) -> tuple[str, ...]:
    """Return the texts that are looked up in the lists of known passwords, without repetition."""
    text, bare = normalized(password), core(password)
    forms = (text, text.casefold(), bare if len(bare) >= SHORTEST_CORE else text)
    return tuple(dict.fromkeys(forms))


def refusal_of(
    typed: str, *, policy: PasswordPolicy, login: str, names: Iterable[str] = ()
) -> Refusal | None:
    """Return why `typed` cannot be the password of `login`, or None where its shape may be.

    names: of the person, their reading, their company: whatever others know of them. Names are
           parted at blanks; parts under three characters (of Chinese characters, under two) are
           not looked for.
    """
    text = normalized(typed)
    if len(text) < policy.shortest:
        return Refusal(
            reason=f"パスワードが{policy.shortest}文字より短くなっています",
            remedy="いくつかのことばをつないだ、長いものにしてください",
        )
    if len(text) > LONGEST:
        return Refusal(
            reason=f"パスワードが{LONGEST}文字より長くなっています", remedy="短くしてください"
        )
    if any(unicodedata.category(sign) == "Cc" for sign in text):
        return Refusal(
            reason="パスワードに、打てない文字（改行など）があります",
            remedy="貼り付けずに、手で入れてください",
        )
    folded = text.casefold()
    if len(set(folded)) < FEWEST_KINDS or _is_a_row(folded):
        return Refusal(
            reason="同じ文字や、順に並んだ文字ばかりです",
            remedy="つながりのないことばを組み合わせてください",
        )
    if any(part in folded for part in _parts((login, *names))):
        return Refusal(
            reason="利用者IDや氏名、会社の名が入っています",
            remedy="ご本人や会社に関わらないことばにしてください",
        )
    return None


def known_refusal() -> Refusal:
    """Return the words for a password that stands in a list of known ones."""
    return Refusal(
        reason="よく使われているか、漏れたことのあるパスワードです",
        remedy="ほかで使っていない、別のことばにしてください",
    )


def repeated_refusal(policy: PasswordPolicy) -> Refusal:
    """Return the words for a password that the person has, or had of late."""
    earlier = f"と、前の{policy.remembered}回" if policy.remembered else ""
    return Refusal(
        reason=f"いま{earlier}に使ったパスワードは、もう使えません",
        remedy="別のことばにしてください",
    )


def due_on(policy: PasswordPolicy, *, changed_on: date) -> date | None:
    """Return the first day (JST) on which a password of `changed_on` no longer serves, or None.

    None where the company asks for no change. From that day it opens only the page to change it.
    A password set on the first day of a season serves until the next one. Months run to the same
    day of the month, or to its last day where that day is missing (31 August → 28 February).
    """
    if policy.rotation is Rotation.NONE:
        return None
    if policy.rotation is Rotation.MONTHS:
        return months_on(changed_on, policy.months)
    days = [date(year, *day) for year in (changed_on.year, changed_on.year + 1) for day in SEASONS]
    return next(day for day in days if day > changed_on)


def refusal_to_keep(
    *policies: PasswordPolicy, changed_on: date | None, today: date
) -> Refusal | None:
    """Return why the password must be changed before anything else opens, or None.

    policies:   of every company for which the person works.
    changed_on: None where it was never set by its holder: whoever gave it knows it.
    """
    remedy = "新しいパスワードに変えてから、続けてください"
    if changed_on is None:
        return Refusal(reason="最初のパスワードは、ご本人が決め直します", remedy=remedy)
    days = [day for policy in policies if (day := due_on(policy, changed_on=changed_on))]
    due = min(days, default=None)
    if due is None or today < due:
        return None
    return Refusal(
        reason=f"会社の定めにより、パスワードを変える時期（{due:%Y-%m-%d}）を過ぎています",
        remedy=remedy,
    )


def _once(text: str) -> str:
    """Return the shortest text of which `text` is a repetition."""
    return text[: (text + text).find(text, 1)] if text else text


def _is_a_row(text: str) -> bool:
    """Return whether each character follows the one before by the same step, as in 789012."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return len(steps) == 1 or steps in ({1, -9}, {-1, 9})


def _parts(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        for part in normalized(name).casefold().split():
            if len(part) >= (SHORTEST_PART if part.isascii() else SHORTEST_PART - 1):
                yield part
