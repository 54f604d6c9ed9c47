"""The companies of the group and around it, and their units."""

from dataclasses import dataclass

from sekisho.world import names
from sekisho.world.profiles import BY_UNIT

NETWORK, AFFILIATE = "N09", "R000"
RETAIL_KINDS = frozenset({"affiliate", "affiliate_contractor", "other_retailer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    code: str
    name: str
    kind: str
    principal: str | None = None  # whose work a contractor does


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit (組織). line: the line of defence; people: headcount in the size `small`."""

    code: str
    company: str
    name: str
    kind: str
    line: int
    site: str
    district: str | None
    people: int
    profile: str


def _companies() -> tuple[Company, ...]:
    contractors = (*names.METER_FIRMS, *names.LINE_FIRMS, *names.CALL_FIRMS, *names.IT_FIRMS)
    sellers = (*names.SALES_FIRMS, *names.SALES_FIRMS_TOO)
    return (
        Company(code=NETWORK, name="九陽電力送配電", kind="network"),
        Company(code=AFFILIATE, name="九陽電力", kind="affiliate"),
        *(
            Company(code=f"R{n:03d}", name=name, kind="other_retailer")
            for n, name in enumerate(names.RETAILERS, start=1)
        ),
        *(
            Company(code=f"K{n:02d}", name=name, kind="network_contractor", principal=NETWORK)
            for n, name in enumerate(contractors, start=1)
        ),
        *(
            Company(code=f"S{n:02d}", name=name, kind="affiliate_contractor", principal=AFFILIATE)
            for n, name in enumerate(sellers, start=1)
        ),
        Company(code="M000", name="再エネ認定庁", kind="government"),
        Company(code="G000", name="電力取引監視局", kind="regulator"),
    )


COMPANIES = _companies()
COMPANY = {company.code: company for company in COMPANIES}
NUMBER = {company.code: n for n, company in enumerate(COMPANIES)}
RETAILERS = tuple(c.code for c in COMPANIES if c.kind in {"affiliate", "other_retailer"})
# The same firm works for both principals; at the retailer it is registered under its S code.
BOTH_PRINCIPALS = ("K01", "K17")
CALL_KINDS = {"K17": "call_centre", "K18": "call_centre", "K19": "it", "K20": "it"}


def _unit(
    company: str,
    number: int,
    name: str,
    kind: str,
    *,
    people: int,
    line: int = 1,
    town: int | None = None,
) -> Unit:
    district = None if town is None else names.TOWNS[town % 12][0]
    return Unit(
        code=f"{company}-{number:02d}",
        company=company,
        name=name,
        kind=kind,
        line=line,
        site=f"{company}-{number:02d}",
        district=district,
        people=people,
        profile=BY_UNIT.get((COMPANY[company].kind, kind), "none"),
    )


def _network() -> list[Unit]:
    town = [name.split("郡")[-1][:-1] for _, name, _ in names.TOWNS]
    head = (
        ("取締役会", "board", 0, 3),
        ("行為規制推進室", "compliance", 2, 8),
        ("内部監査室", "internal_audit", 3, 5),
        ("ネットワークサービスセンター契約課", "service_centre", 1, 26),
        ("ネットワークサービスセンター料金課", "service_centre", 1, 22),
        ("ネットワークサービスセンター切替課", "service_centre", 1, 20),
        ("再エネ接続グループ", "renewable", 1, 14),
        ("再エネ買取グループ", "renewable", 1, 14),
        ("情報システム統括部", "it", 1, 8),
        ("系統運用部", "operation", 1, 12),
    )
    rows: list[tuple[str, str, int, int, int | None]] = [(*row, None) for row in head]
    rows += [(f"{town[n]}支社総務部", "branch", 2, 2, n) for n in range(8)]
    rows += [(f"{town[n]}支社配電部", "distribution", 1, 10, n) for n in range(8)]
    rows += [
        (f"{town[n % 12]}第{n // 12 + 1}配電事業所", "distribution", 1, 7, n) for n in range(16)
    ]
    rows += [(f"第{n + 1}コールセンター", "call_centre", 1, 30, None) for n in range(2)]
    return [
        _unit(NETWORK, n, name, kind, line=line, people=people, town=place)
        for n, (name, kind, line, people, place) in enumerate(rows, start=1)
    ]


def _affiliate() -> list[Unit]:
    town = [name.split("郡")[-1][:-1] for _, name, _ in names.TOWNS]
    rows = [
        ("経営監査室", "internal_audit", 3, 4, None),
        ("営業本部行為規制管理グループ", "compliance", 2, 6, None),
        *((f"{town[n]}支店営業部", "sales", 1, 8, n) for n in range(8)),
        *((f"{town[n]}営業センター", "sales", 1, 6, n) for n in range(12)),
        *((f"小売第{n + 1}コールセンター", "call_centre", 1, 24, None) for n in range(3)),
    ]
    return [
        _unit(AFFILIATE, n, name, kind, line=line, people=people, town=place)
        for n, (name, kind, line, people, place) in enumerate(rows, start=1)
    ]


def _others() -> list[Unit]:
    units = []
    for company in COMPANIES:
        if company.kind == "network_contractor":
            number = int(company.code[1:])
            kind = CALL_KINDS.get(company.code, "meter" if number <= 6 else "line")
            people = {"meter": 13, "line": 8, "call_centre": 14, "it": 5}[kind]
            words = {"meter": "検針課", "line": "工事課", "call_centre": "受付課", "it": "運用課"}
            units.append(_unit(company.code, 1, words[kind], kind, people=people, town=number))
        elif company.kind == "affiliate_contractor":
            units.append(
                _unit(company.code, 1, "受付課", "sales", people=12, town=int(company.code[1:]))
            )
        elif company.kind == "other_retailer":
            number = int(company.code[1:])
            units.append(
                _unit(company.code, 1, "需給管理課", "retailer", people=max(1, 8 - number // 4))
            )
        elif company.kind == "government":
            units.append(_unit(company.code, 1, "認定事務室", "ministry", people=12))
            units.append(_unit(company.code, 2, "運営委託先", "ministry", people=8))
        elif company.kind == "regulator":
            units.append(_unit(company.code, 1, "監査課", "regulator", people=5))
    return units


UNITS = (*_network(), *_affiliate(), *_others())


def side(company: str) -> str:
    """Return whose customers are the viewer's own: of a contractor, those of its principal."""
    return COMPANY[company].principal or company
