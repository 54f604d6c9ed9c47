"""A small organisation for tests of approvals: one network company, one retailer, a contractor."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sekisho.grants.organisations import Matter, Office, Organisation, Post, Unit
from sekisho.grants.policies import Party, Policy
from sekisho.grants.references import Reference
from sekisho.grants.requests import Request
from sekisho.terms.periods import Period

NOON = datetime(2027, 1, 12, 3, tzinfo=UTC)
ALWAYS = Period(starts=datetime(2024, 4, 1, tzinfo=UTC))
SUPERIOR = Party(role="superior", side="asker")
OFFICER = Party(role="system_officer", side="owner")
CONDUCT = Party(role="conduct_office", side="owner")


def post(person, unit, *, works_for="N09", leads=False, period=ALWAYS, **more):
    return Post(person=person, appointment=f"A-{person}", unit=unit, works_for=works_for,
                leads=leads, period=period, **more)  # fmt: skip


def office(person, *, system="saiene", company="N09", role="system_officer", period=ALWAYS):
    return Office(appointment=f"A-{person}", system=system, company=company, role=role,
                  period=period)  # fmt: skip


UNITS = {
    "head": Unit(company="N09"),
    "branch": Unit(company="N09", parent="head"),
    "section": Unit(company="N09", parent="branch"),
    "it": Unit(company="N09", kind="it", parent="head"),
    "conduct": Unit(company="N09", kind="compliance", parent="head"),
    "sales": Unit(company="R00", kind="sales"),
    "works": Unit(company="K01", kind="line"),
}
HOUSE = Organisation(
    companies={"N09": "network", "R00": "affiliate", "K01": "network_contractor"},
    units=UNITS,
    posts=(
        post("asker", "section"),
        post("chief", "section", leads=True),
        post("director", "branch", leads=True),
        post("president", "head", leads=True),
        post("officer", "it"),
        post("deputy", "it"),
        post("watch", "conduct"),
        post("seller", "sales", works_for="R00", leads=True),
    ),
    offices=(office("officer"), office("deputy", role="deputy")),
)
MATTER = Matter(system="saiene", owner="N09", asker="asker", unit="section")

POLICY = Policy(
    code="AP-TEST",
    version=1,
    asker_class="network",
    mode="per_use",
    parties=(SUPERIOR, OFFICER),
    max_window_minutes=60,
    max_use_minutes=20,
    uses_max=2,
    pending_minutes=60,
    purposes=("再エネ買取",),
    look_back="approver",
)


def request(**changed):
    """Return a request that has no fault under POLICY."""
    whole = Request(
        code="R-1",
        system="saiene",
        role="",
        mode="per_use",
        purpose="再エネ買取",
        reason="接続検討の申込内容を確認するため",
        asked_by="asker",
        appointment="A-asker",
        account="SE00012",
        references=(Reference(kind="facility", no="AA123456C1"),),
        policy=POLICY.digest,
        asked_at=NOON,
        window_minutes=30,
        use_minutes=20,
        uses=1,
    )
    return replace(whole, **changed)


def minutes(number):
    return timedelta(minutes=number)
