"""The ways through the screens: each profile's walks in each system.

A walk is a row of steps: the number of the screen, the act (v view, s search, p print,
e export) and what it is about: a or b a record, - no single one. A star: the old system
masked this one. `tests/rules/world/test_paths.py` holds every step to 画面遷移.csv.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from sekisho.world.accesses import NO_RECORD
from sekisho.world.chance import Array
from sekisho.world.systems import BY_CODE, CODES

_ACTS = {"v": 0, "s": 1, "p": 2, "e": 3}
_SLOTS = {"-": NO_RECORD, "a": 0, "b": 1}

# profile -> code of the system -> (weight, walk)
WALKS: dict[str, dict[str, tuple[tuple[float, str], ...]]] = {
    "wheeling": {
        "TK": (
            (30, "110sa 210va 310va 320va"),
            (8, "110s- 210v- 310va 330va 310va"),
            (14, "110sa 210va 310va 340va 310va 360va"),
            (6, "110sa 210va 310va 410pa"),
            (12, "310va 320va"),
            (4, "110s- 210v- 310va 210v- 310vb 320vb"),
            (1, "110sa 210va 310va 350va 310va"),
            (5, "340va 310va"),
        ),
        "NO": (
            (30, "110sa 210va 310va 320va"),
            (7, "110s- 210v- 310va 315va"),
            (8, "110sa 210va 310va 420pa"),
            (10, "310va 320va"),
        ),
        "CC": ((10, "310va 320va"), (3, "310va 420pa")),
        "NS": ((10, "110sa 210va 310va 330va"), (4, "310va 340va")),
        "LR": (
            (20, "110sa 210va 310va 320va"),
            (3, "110s- 210v- 310va"),
            (6, "110sa 210va 310va 410pa"),
        ),
    },
    "renewable": {
        "FN": (
            (30, "110sa 210va 310va 320va"),
            (5, "110s- 210v- 310va"),
            (8, "110sa 210va 310va 410pa"),
            (4, "310va 330va 310va"),
        ),
        "SE": ((10, "110sa 210va 310va 320va"), (2, "110s- 210v- 310va")),
        "TK": ((10, "110sa 210va 310va 330va"), (4, "310va 320va")),
    },
    "field": {
        "NO": ((20, "115sa 215va 315va"), (5, "115s- 215v- 315va 410pa")),
        "NS": (
            (20, "110sa 210va 310va 320va 310va"),
            (4, "110s- 210v- 310va 330va"),
            (6, "310va 410pa"),
        ),
        "TK": (
            (16, "115sa 215va 315va 330va"),
            (8, "115sa 215va 315va 420pa"),
            (1, "115sa 215va 315va 350va"),
        ),
        "CC": ((12, "115sa 215va 315va"), (1, "115sa 215va 315va 350va")),
        "LR": ((1, "115sa 215va 315va"),),
        "FN": ((1, "115sa 215va 315va"),),
    },
    "reception": {
        "CC": (
            (30, "310va"),
            (24, "110sa 210va 310va"),
            (5, "110s- 210v- 310va"),
            (3, "310va 350va 310va"),
            (8, "310va 410pa"),
            (8, "310va 210v- 310vb"),
        ),
        "NO": ((10, "110sa 210va 310va"), (5, "110sa 210va 310va 420pa")),
        "TK": ((10, "110sa 210va 310va 330va"), (6, "110sa 210va 310va")),
        "LR": ((1, "115sa 215va 315va"),),
        "FN": ((1, "115sa 215va 315va"),),
    },
    "contractor": {
        "NO": ((20, "115sa 215va 315va"), (3, "115s- 215v- 315va")),
        "NS": ((20, "110sa 210va 310va 320va"), (8, "110sa 210va 310va")),
        "TK": ((10, "115sa 215va 315va"),),
    },
    "contract_reception": {"CC": ((20, "115sa 215va 315va"), (4, "115s- 215v- 315va"))},
    "administrator": {
        "TK": ((10, "140s- 240v- 310va"),),
        "NO": ((10, "140s- 240v- 310va"),),
        "CC": ((10, "140s- 240v- 310va"),),
        "NS": ((10, "140s- 240v- 310va"),),
    },
    "audit": {
        "TK": ((10, "140s- 240v- 310va 340va"), (10, "140s- 240v- 310va")),
        "NO": ((10, "140s- 240v- 310va"),),
        "CC": ((10, "140s- 240v- 310va"),),
        "FN": ((10, "140s- 210v- 310va"),),
        "LR": ((10, "140s- 210v- 310va"),),
    },
    "sales": {
        "TK": (
            (30, "120sa 220va 370va 320va"),
            (16, "120sa 220va 370va 330va 370va 360va"),
            (6, "120s- 220v- 370va"),
            (8, "120sa 220va 370va 430pa"),
            (2, "120s- 220v- 520e-"),
        ),
        "NO": (
            (20, "120sa 220va 370va 320va"),
            (8, "120sa 220va 370va 430pa"),
            (1, "120s- 220v- 520e-"),
        ),
        "CC": ((10, "120sa 220va 370va"),),
        "NS": ((10, "120sa 220va 370va"),),
    },
    "sales_contractor": {
        "TK": ((20, "120sa 220va 370va 320va"), (10, "120sa 220va 370va")),
        "NO": ((20, "120sa 220va 370va 320va"),),
    },
    "retailer": {
        "TK": (
            (20, "120sa 220va 370va 320va"),
            (6, "120sa 220va 370va 430pa"),
            (5, "120s- 220v- 520e-"),
            (3, "610e-"),
            (3, "620e-"),
        ),
        "NO": ((20, "120sa 220va 370va 320va"), (4, "120s- 220v- 520e-")),
        "CC": ((10, "120sa 220va 370va"),),
        "NS": ((10, "120sa 220va 370va"),),
    },
    "ministry": {
        "SE": (
            (20, "110sa 210va 310va 320va"),
            (5, "110s- 210v- 310va 330va"),
            (8, "110sa 210va 310va 340va"),
            (3, "110sa 210va 310va 350va 310va"),
            (4, "310va 410pa"),
        )
    },
    "regulator": {"TK": ((10, "310va"), (4, "310va 410pa"))},
    "relief": {
        "CC": (
            (20, "380va"),
            (12, "130sa 230va 380va"),
            (6, "380va 230v- 380vb"),
            (1, "380va 350va 380va"),
        ),
        "NO": ((10, "130sa 230va 380va"), (2, "130s- 230v- 380va")),
        "TK": ((10, "130sa 230va 380va"),),
        "NS": ((10, "130sa 230va 380va"),),
    },
    # What only some of the sessions of a profile are
    "export": {"TK": ((10, "110s- 210v- 510e-"),)},
    "switching": {"TK": ((10, "225v- 375va 330va"), (6, "225v- 375va"))},
    "rival": {
        "TK": ((10, "120sa*"), (10, "120sa 220va* 370va*"), (4, "120s- 220v- 370va*")),
        "NO": ((10, "120sa 220va* 370va*"), (4, "120sa*")),
        "CC": ((10, "120sa*"),),
        "NS": ((10, "120sa*"),),
    },
    "office": {"NO": ((10, "115sa 215va 315va"),)},
    # The gaps of the old masks: what the list hid, the next screen showed
    "gap": {
        "TK": (
            (20, "320va"),
            (20, "370va* 320va"),
            (16, "370va* 330va 370va 360va"),
            (8, "370va 320va 370va 330va"),
        ),
        "NO": ((12, "370va* 320va"), (8, "320va")),
        "CC": ((6, "220va* 370va"),),
        "NS": ((4, "220va* 370va"),),
    },
    "lent": {
        "TK": ((10, "110sa 210va 310va 320va"), (6, "310va 330va")),
        "NO": ((10, "110sa 210va 310va"),),
        "CC": ((6, "310va 320va"),),
    },
    "borrowed": {
        "NO": ((10, "115sa 215va 315va"),),
        "NS": ((6, "110sa 210va 310va"),),
        "TK": ((4, "115sa 215va 315va"),),
        "CC": ((10, "115sa 215va 315va"),),
    },
    "afterwards": {
        "CC": ((20, "380va"), (12, "130sa 230va 380va")),
        "NO": ((10, "130sa 230va 380va"),),
        "TK": ((6, "130sa 230va 380va"),),
    },
    "misplaced": {
        "NO": ((20, "115sa 215va 315va"),),
        "TK": ((10, "115sa 215va 315va 330va"),),
        "NS": ((12, "110sa 210va 310va"),),
    },
    "state": {"SE": ((20, "110sa 210va 310va 320va"), (10, "310va 320va"))},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """All walks one after the other, as columns; walk w is first[w] … first[w] + length[w]."""

    first: Array
    length: Array
    screen: Array
    action: Array
    slot: Array
    masked: Array


@cache
def _book() -> tuple[Steps, dict[tuple[str, int], tuple[tuple[int, ...], tuple[float, ...]]]]:
    screen: list[int] = []
    action: list[int] = []
    slot: list[int] = []
    masked: list[bool] = []
    first: list[int] = []
    length: list[int] = []
    index: dict[tuple[str, int], tuple[tuple[int, ...], tuple[float, ...]]] = {}
    for profile, systems in WALKS.items():
        for code, walks in systems.items():
            numbers = range(len(first), len(first) + len(walks))
            for _, walk in walks:
                first.append(len(screen))
                for step in walk.split():
                    screen.append(BY_CODE[code] * 1000 + int(step[:3]))
                    action.append(_ACTS[step[3]])
                    slot.append(_SLOTS[step[4]])
                    masked.append(step.endswith("*"))
                length.append(len(screen) - first[-1])
            index[profile, BY_CODE[code]] = (tuple(numbers), tuple(w for w, _ in walks))
    steps = Steps(
        first=np.array(first),
        length=np.array(length),
        screen=np.array(screen, np.int16),
        action=np.array(action, np.int8),
        slot=np.array(slot, np.int8),
        masked=np.array(masked),
    )
    return steps, index


def steps() -> Steps:
    return _book()[0]


def walks_of(profile: str, system: int) -> tuple[Array, Array]:
    """Return the walks of a profile in a system, with their weights."""
    numbers, weights = _book()[1][profile, system]
    return np.array(numbers), np.array(weights)


def systems_of(profile: str) -> list[int]:
    """Return the systems in which `profile` has walks."""
    return [BY_CODE[code] for code in WALKS[profile]]


def mean_length(profile: str, system: int, *, seen: bool = False) -> float:
    """Return the mean number of steps of a walk; with `seen`, of those that show a record."""
    numbers, weights = walks_of(profile, system)
    book = steps()
    length = book.length[numbers]
    if seen:
        shows = (book.slot != NO_RECORD) & ~book.masked
        length = np.array([shows[book.first[n] :][: book.length[n]].sum() for n in numbers])
    return float((length * weights).sum() / weights.sum())


def screen_name(screen: int) -> str:
    """Return the ID of a screen: 2110 is CC-110."""
    return f"{CODES[screen // 1000]}-{screen % 1000:03d}"
