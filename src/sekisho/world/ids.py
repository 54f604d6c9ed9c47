"""Accounts: personal ones per person and system, legacy shared ones, and those for disasters."""

from dataclasses import dataclass, field

from sekisho.world import calendar
from sekisho.world.chance import Chance, stream
from sekisho.world.companies import COMPANY, NETWORK
from sekisho.world.emergencies import Supporter
from sekisho.world.people import People, Stint
from sekisho.world.profiles import PROFILES
from sekisho.world.systems import CODES, NUMBER, SYSTEMS

RELIEF_SYSTEMS = ("callcenter", "nwonline", "takuso", "nwsetting")
REISSUED = calendar.at("2025-01-06")  # the group gave out all IDs anew in this quarter


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Who holds an account, and from when to when. person: nobody where it is shared."""

    account: int
    person: int | None
    starts: int
    ends: int = calendar.FOREVER
    known_from: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    code: str
    system: int
    kind: str
    granted_by: str
    issued_at: int
    closed_at: int | None = None


@dataclass(slots=True)
class Accounts:
    accounts: list[Account] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    of_stint: dict[tuple[int, int], int] = field(default_factory=dict)  # (stint, system)
    disaster: dict[tuple[int, int], int] = field(default_factory=dict)  # (person, system)
    left_open: list[tuple[int, int]] = field(default_factory=list)  # (person, account)
    shared: dict[str, list[int]] = field(default_factory=dict)  # key of the system

    def add(self, account: Account) -> int:
        self.accounts.append(account)
        return len(self.accounts) - 1


def _grantor(stint: Stint, system: int) -> str:
    """Return who gave the account: whose work it is for; in the state's own system, the state."""
    if SYSTEMS[system] == "saiene":
        return "M000"
    return COMPANY[stint.unit.company].principal or stint.unit.company


def draw_accounts(seed: int, people: People, lent: tuple[Supporter, ...]) -> Accounts:
    """Return all accounts. A stint's account ends with it, but for those of the leavers."""
    chance = stream(seed, "accounts")
    book = Accounts()
    for n, stint in enumerate(people.stints):
        for key in PROFILES[stint.profile].systems:
            _personal(book, chance, people, n, NUMBER[key])
    _shared(book)
    for person, system in dict.fromkeys(
        (s.person, NUMBER[key]) for s in lent for key in RELIEF_SYSTEMS
    ):
        first = min(s.starts for s in lent if s.person == person)
        account = book.add(
            Account(
                code=f"dis-{CODES[system].lower()}{person + 1:06d}",
                system=system,
                kind="disaster",
                granted_by=NETWORK,
                issued_at=first,
            )
        )
        # left open: nothing ended them when the emergency was over
        book.holdings.append(
            Holding(account=account, person=person, starts=first, known_from=first)
        )
        book.disaster[person, system] = account
    return book


def _personal(book: Accounts, chance: Chance, people: People, n: int, system: int) -> None:
    stint = people.stints[n]
    issued = max(REISSUED + int(chance.integers(80)) * calendar.DAY, stint.starts)
    leaves = stint.person in people.leavers and stint.unit.company == NETWORK
    if stint.predecessor is not None and (stint.predecessor, system) in book.of_stint:
        account = book.of_stint[stint.predecessor, system]
        issued = stint.starts
    else:
        account = _issue(book, people, n, system, issued=issued, stays=leaves)
    ends = calendar.FOREVER if leaves else stint.ends
    book.holdings.append(
        Holding(
            account=account,
            person=stint.person,
            starts=issued,
            ends=ends,
            known_from=issued + int(chance.integers(0, 2)) * calendar.DAY,
        )
    )
    book.of_stint[n, system] = account
    if leaves:
        book.left_open.append((stint.person, account))


def _issue(
    book: Accounts,
    people: People,
    n: int,
    system: int,
    *,
    issued: int,
    stays: bool,
) -> int:
    stint = people.stints[n]
    earlier = people.stints_of[stint.person].index(n)
    handed_on = n in people.handed_on
    closes = None if stays or handed_on or stint.ends == calendar.FOREVER else stint.ends
    return book.add(
        Account(
            code=f"{CODES[system].lower()}{stint.person + 1:06d}{'abcdef'[earlier]}",
            system=system,
            kind="individual",
            granted_by=_grantor(stint, system),
            issued_at=issued,
            closed_at=closes,
        )
    )


def _shared(book: Accounts) -> None:
    rows = (
        ("saiene", "ABKY0901", "M000"),
        ("saiene", "ABKY0902", "M000"),
        ("nwonline", "haiden-01", NETWORK),
        ("nwonline", "haiden-02", NETWORK),
    )
    for key, code, grantor in rows:
        account = book.add(
            Account(
                code=code,
                system=NUMBER[key],
                kind="shared",
                granted_by=grantor,
                issued_at=calendar.at("2018-08-01"),
            )
        )
        book.holdings.append(
            Holding(
                account=account,
                person=None,
                starts=calendar.at("2018-08-01"),
                known_from=calendar.at("2018-08-01"),
            )
        )
        book.shared.setdefault(key, []).append(account)
