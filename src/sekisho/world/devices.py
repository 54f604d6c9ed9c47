"""Terminals: whose they are, where they stand, who keeps them, and to whom they are lent."""

from dataclasses import dataclass, field

from sekisho.world import calendar
from sekisho.world.chance import stream
from sekisho.world.companies import AFFILIATE, BOTH_PRINCIPALS, COMPANY, NETWORK, UNITS
from sekisho.world.emergencies import Supporter
from sekisho.world.people import People
from sekisho.world.profiles import PROFILES

BOUGHT = calendar.at("2023-03-01")
MISPLACED_FROM = calendar.at("2025-06-02")
MISPLACED_TO = calendar.at("2026-01-20")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a device stands in one period, and who keeps it."""

    device: int
    site: str
    site_company: str
    keeper: int | None
    starts: int
    ends: int = calendar.FOREVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    code: str
    terminal: str
    owner: str
    principal: str
    ip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    device: int
    person: int
    starts: int
    ends: int


@dataclass(slots=True)
class Devices:
    devices: list[Device] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)
    loans: list[Loan] = field(default_factory=list)
    of_stint: list[int] = field(default_factory=list)
    lent: dict[tuple[str, int], int] = field(default_factory=dict)  # (emergency, person)
    misplaced: list[tuple[int, str]] = field(default_factory=list)  # (device, unit of the retailer)
    both: list[tuple[int, str]] = field(default_factory=list)  # (device, company) of the other work

    def add(self, terminal: str, owner: str, principal: str, site: int) -> int:
        number = len(self.devices)
        self.devices.append(
            Device(
                code=f"{owner}-T{number + 1:05d}",
                terminal=terminal,
                owner=owner,
                principal=principal,
                ip=f"10.{20 + site}.{number // 250 % 250}.{number % 250 + 2}",
            )
        )
        return number


SITE = {unit.code: n for n, unit in enumerate(UNITS)}


def draw_devices(seed: int, people: People, lent: tuple[Supporter, ...]) -> Devices:
    """Return one device per stint, the pool that is lent out, and those that stand wrongly."""
    stock = Devices()
    for stint in people.stints:
        profile = PROFILES[stint.profile]
        company = COMPANY[stint.unit.company]
        inside = profile.name == "administrator"  # the operators sit with the network company
        device = stock.add(
            profile.terminal,
            NETWORK if inside else company.code,
            NETWORK if inside else company.principal or company.code,
            SITE[stint.unit.code] % 200,
        )
        stock.standings.append(
            Standing(
                device=device,
                site=f"{NETWORK}-09" if inside else stint.unit.site,
                site_company=NETWORK if inside else stint.unit.company,
                keeper=stint.person,
                starts=max(BOUGHT, stint.starts),
            )
        )
        stock.of_stint.append(device)
    _lend(stock, lent)
    _misplace(seed, stock)
    _both(stock)
    return stock


def _lend(stock: Devices, lent: tuple[Supporter, ...]) -> None:
    """Lend one device of the pool to each supporter; the pool stands with the network company."""
    pool = max((sum(s.code == code for s in lent) for code in {s.code for s in lent}), default=0)
    numbers = [stock.add("災害貸与端末", NETWORK, NETWORK, 210) for _ in range(pool)]
    for device in numbers:
        stock.standings.append(
            Standing(
                device=device,
                site=f"{NETWORK}-10",
                site_company=NETWORK,
                keeper=None,
                starts=BOUGHT,
            )
        )
    taken: dict[str, int] = {}
    for supporter in lent:
        device = numbers[taken.setdefault(supporter.code, 0)]
        taken[supporter.code] += 1
        stock.lent[supporter.code, supporter.person] = device
        stock.loans.append(
            Loan(
                device=device,
                person=supporter.person,
                starts=supporter.starts,
                ends=supporter.ends,
            )
        )


def _misplace(seed: int, stock: Devices) -> None:
    """Let twelve terminals of the network company stand at sites of the retailer for months."""
    chance = stream(seed, "misplaced")
    homes = [u for u in UNITS if u.company == NETWORK and u.kind == "distribution"]
    sites = [u for u in UNITS if u.company == AFFILIATE and u.kind == "sales"]
    for n in range(12):
        home = homes[n % len(homes)]
        site = sites[int(chance.integers(len(sites)))]
        starts = MISPLACED_FROM + int(chance.integers(0, 40)) * calendar.DAY
        ends = MISPLACED_TO - int(chance.integers(0, 40)) * calendar.DAY
        device = stock.add("送配電端末", NETWORK, NETWORK, SITE[home.code] % 200)
        for where, company, since, until in (
            (home.site, NETWORK, BOUGHT, starts),
            (site.site, AFFILIATE, starts, ends),
            (home.site, NETWORK, ends, calendar.FOREVER),
        ):
            stock.standings.append(
                Standing(
                    device=device,
                    site=where,
                    site_company=company,
                    keeper=None,
                    starts=since,
                    ends=until,
                )
            )
        stock.misplaced.append((device, site.code))


def _both(stock: Devices) -> None:
    """Give the firms that serve both principals terminals for the work of the retailer."""
    for code in BOTH_PRINCIPALS:
        for _ in range(3):
            device = stock.add("委託先登録端末", code, AFFILIATE, 215)
            stock.standings.append(
                Standing(
                    device=device,
                    site=f"{code}-02",
                    site_company=code,
                    keeper=None,
                    starts=BOUGHT,
                )
            )
            stock.both.append((device, code))
