"""One person at the door for each class of viewer, with a grant and a terminal that fit."""

from datetime import timedelta

from django.utils import timezone

from tests.factories import (
    AccountFactory,
    CompanyFactory,
    DeviceFactory,
    EmergencyFactory,
    GrantFactory,
    LoanFactory,
    PledgeFactory,
    SupporterFactory,
    UnitFactory,
    sign_in,
    somebody,
)
from tests.links.gate.worlds import (
    AFFILIATE,
    AREAS,
    CONTRACTOR,
    MINISTRY,
    NETWORK,
    REGULATOR,
    RIVAL,
    SALES_CONTRACTOR,
)

SYSTEMS = ("takuso", "nwonline", "callcenter", "nwsetting", "lastresort", "fitnw", "saiene")


class Viewer:
    """What a class of viewer brings along."""

    def __init__(
        self,
        company,
        kind,
        unit,
        *,
        terminal="network",
        grant="standing",
        purpose=None,
        principal=None,
        relief=False,
    ):
        self.company, self.kind, self.unit = company, kind, unit
        self.terminal, self.grant, self.purpose = terminal, grant, purpose
        self.principal, self.relief = principal, relief


VIEWERS = {
    "送配電託送": Viewer(NETWORK, "network", "service_centre"),
    "配電現場": Viewer(NETWORK, "network", "distribution"),
    "送配電受付": Viewer(NETWORK, "network", "call_centre"),
    "送配電委託": Viewer(
        CONTRACTOR, "network_contractor", "meter", terminal="contractor", principal=NETWORK
    ),
    "送配電管理": Viewer(NETWORK, "network", "it", grant="dual"),
    "送配電監査": Viewer(NETWORK, "network", "compliance", grant="period"),
    "関係小売営業": Viewer(AFFILIATE, "affiliate", "sales", terminal="retailer"),
    "関係小売委託": Viewer(
        SALES_CONTRACTOR, "affiliate_contractor", "sales", terminal="retailer",
        principal=AFFILIATE,
    ),
    "新電力": Viewer(RIVAL, "other_retailer", "retailer", terminal="retailer"),
    "国": Viewer(MINISTRY, "government", "ministry", terminal="government", grant="period"),
    "監督当局": Viewer(REGULATOR, "regulator", "regulator", terminal="government", grant="period"),
    "災害応援": Viewer(
        AFFILIATE, "affiliate", "sales", terminal="lent", grant="period",
        purpose="非常災害対応", relief=True,
    ),
}  # fmt: skip


def enter(client, name, *, systems=SYSTEMS, purpose=None, proof=0, granted=True, **grant):
    """Sign somebody of the class `name` in and return them."""
    viewer, now = VIEWERS[name], timezone.now()
    company = CompanyFactory(
        code=viewer.company,
        name=f"架空{viewer.company}",
        kind=viewer.kind,
        **(
            {"principal": CompanyFactory(code=viewer.principal, **_kind_of(viewer.principal))}
            if viewer.principal
            else {}
        ),
    )
    unit = UnitFactory(
        code=f"{viewer.company}-{viewer.unit}", company=company, name="架空の課", kind=viewer.unit
    )
    person = somebody(unit=unit)
    device = DeviceFactory(terminal_class=viewer.terminal)
    chosen = purpose or viewer.purpose or _purpose_of(unit)
    during = {"valid_from": now - timedelta(days=1), "valid_to": now + timedelta(days=1)}
    for system in systems:
        AccountFactory(person=person, system=system, last_used_at=now - timedelta(days=1))
        written = {"scope_areas": list(AREAS)} if viewer.grant != "standing" else {}
        told = {"kind": viewer.grant, "purpose": chosen, **during, **written, **grant}
        if granted:
            GrantFactory(person=person, system=system, **told)
    relief = None
    if viewer.relief:
        hours = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=5)}
        emergency = EmergencyFactory(areas=list(AREAS[:2]), **hours)
        SupporterFactory(emergency=emergency, person=person, **hours)
        LoanFactory(device=device, person=person, **hours)
        PledgeFactory(person=person, subject=emergency.code, at=hours["starts_at"])
        relief = emergency.code
    sign_in(client, person, purpose=chosen, relief=relief, device=device, proof=proof)
    return person


def _purpose_of(unit):
    from sekisho_web.accounts.classes import viewer_classes

    return viewer_classes()[unit.company.kind, unit.kind].purpose


def _kind_of(company):
    return {"kind": "network" if company == NETWORK else "affiliate"}
