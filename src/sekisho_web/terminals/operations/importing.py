"""Taking over the register from a file: read, held against what is there, then entered whole."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sekisho.accounts.faults import Fault
from sekisho_links.terminals import lists
from sekisho_links.terminals.lists import Listed
from sekisho_web.accounts.models import Company, Person
from sekisho_web.terminals.models import Device, Site
from sekisho_web.terminals.operations.registers import SHOWS, enter_all

CLASSES = {str(label): value for value, label in Device.Class.choices}
KINDS = {str(label): value for value, label in Device.Kind.choices}


@dataclass(slots=True, kw_only=True)
class Read:
    """What a file says. devices: not entered yet; entered only where there is no fault at all."""

    devices: list[Device] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    known: int = 0  # lines of terminals that stand in the register already

    @property
    def is_clean(self) -> bool:
        return not self.faults


def read(data: bytes, *, encoding: str, company: Company) -> Read:
    """Return what a file would enter for `company` and its contractors, and what is wrong with it.

    A line of a terminal that stands in the register already changes nothing, and is counted.
    """
    reading = lists.devices_in(data, encoding=encoding, classes=CLASSES, kinds=KINDS)
    found = Read(faults=list(reading.faults))
    owners = {
        one.code: one
        for one in Company.objects.filter(pk=company.pk) | Company.objects.filter(principal=company)
    }
    people = _people(reading.lines)
    sites = {site.code: site for site in Site.objects.filter(valid_to=None).select_related("staff")}
    numbers = [line.number for line in reading.lines]
    there = set(Device.objects.filter(number__in=numbers).values_list("number", flat=True))
    for line in reading.lines:
        if line.number in there:
            found.known += 1
            continue
        faults = _faults(line, owners=owners, people=people, sites=sites)
        found.faults += faults
        if not faults:
            found.devices.append(_device(line, owners=owners, people=people, sites=sites))
    found.faults.sort(key=lambda fault: (fault.line, fault.column))
    return found


def take_over(found: Read, *, by: Person, now: datetime) -> Sequence[Device]:
    """Enter every terminal of a file without faults, and return them."""
    if not found.is_clean:
        raise ValueError("a file with faults is not taken over")
    return enter_all(devices=found.devices, by=by, now=now)


def _people(lines: Sequence[Listed]) -> dict[str, Person]:
    numbers = {line.keeper for line in lines if line.keeper}
    return {person.code: person for person in Person.objects.filter(code__in=numbers)}


def _faults(
    line: Listed,
    *,
    owners: dict[str, Company],
    people: dict[str, Person],
    sites: dict[str, Site],
) -> list[Fault]:
    wrong = []
    if line.owner not in owners:
        wrong.append((lists.OWNER, f"会社「{line.owner}」の端末は登録できません",
                      "自社か自社の委託先の符号を書いてください"))  # fmt: skip
    if line.keeper and line.keeper not in people:
        wrong.append(
            (lists.KEEPER, "管理者の番号の人が見つかりません", "個人番号を確かめてください")
        )
    if line.site and line.site not in sites:
        wrong.append((lists.SITE, f"場所「{line.site}」がありません",
                      "先に設置場所を登録してください"))  # fmt: skip
    if line.shows and line.terminal_class not in SHOWS:
        wrong.append((lists.SHOWS, "この区分の端末は非公開情報を表示できません",
                      "「否」にしてください"))  # fmt: skip
    return [
        Fault(line=line.line, column=column, problem=problem, remedy=remedy)
        for column, problem, remedy in wrong
    ]


def _device(
    line: Listed,
    *,
    owners: dict[str, Company],
    people: dict[str, Person],
    sites: dict[str, Site],
) -> Device:
    site = sites.get(line.site)
    return Device(
        number=line.number,
        owner=owners[line.owner],
        terminal_class=line.terminal_class or "",
        kind=line.kind or "",
        model=line.model,
        maker_serial=line.maker_serial,
        keeper=people.get(line.keeper),
        site=site,
        site_company=site.staff if site else None,
        can_show_non_public=bool(line.shows),
    )
