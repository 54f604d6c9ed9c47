"""What a post opens. Permissions open pages; what a page shows is the decision table's affair."""

from collections.abc import Mapping

LOOK = frozenset({"gate.look"})
RULES = frozenset({"policy.read", "proof.read"})
REPORTS = frozenset({"reports.read"})
LINES = frozenset({"ledger.read", "trace.investigate"})
TRIALS = frozenset({"replay.simulate"})
FINDINGS = frozenset({"campaigns.read", "replay.read"})
CHECKS = frozenset({"replay.check"})  # to ask for a self-check now; closing a finding is a rule
REGISTERS = frozenset({"accounts.read"})  # systems, IDs, reviews, what other systems were told
KEEPS_REGISTERS = frozenset({"accounts.systems", "accounts.personnel", "accounts.push"})
CONFIRMS = frozenset({"accounts.confirm"})  # the second look at many moves at once
STOPS = frozenset({"accounts.hold"})  # an investigation stops and lets go
OFFICE = frozenset(
    {"accounts.officer", "accounts.read"}
)  # whoever answers for a system in this post
TICKETS = frozenset({"accounts.tickets"})  # enrolment tickets for one's own people
# Tables are written by system managers (line 1) and approved by the second line.
WRITES = frozenset({"policy.edit", "policy.publish"})
APPROVES = frozenset({"policy.approve", "policy.publish"})

# Only posts of the network company: it owns the data, and the affiliate does not watch it.
OF_NETWORK_UNIT: Mapping[str, frozenset[str]] = {
    "board": RULES | REPORTS,
    "compliance": RULES
    | REPORTS
    | LINES
    | TRIALS
    | APPROVES
    | FINDINGS
    | CHECKS
    | REGISTERS
    | CONFIRMS
    | STOPS,  # 第2線
    "internal_audit": RULES | REPORTS | LINES | TRIALS | FINDINGS | REGISTERS | STOPS,  # 第3線
    "it": RULES
    | REPORTS
    | TRIALS
    | FINDINGS
    | REGISTERS
    | KEEPS_REGISTERS
    | WRITES,  # システム管理: no customer's record, so no log of looks
    "branch": RULES | REPORTS,
    "service_centre": frozenset({"policy.read"}),
    "renewable": frozenset({"policy.read"}),
}


def permissions(
    *,
    company_kind: str,
    unit_kind: str,
    viewer_class: str | None,
    relief: bool = False,
    officer: bool = False,
    leads: bool = False,
) -> frozenset[str]:
    """Return what somebody may open while wearing this post; nothing for a post without a class.

    officer: the post answers for a system (責任者) now, in whatever company.
    leads:   the post leads its unit (長): its people get their tickets from there too.

    relief: the hat is changed to relief (災害応援): then nothing but the look-up opens.
    """
    if viewer_class is None:
        return frozenset()
    if relief:
        return LOOK
    own = (
        LOOK | (OFFICE if officer else frozenset()) | (TICKETS if officer or leads else frozenset())
    )
    return own | OF_NETWORK_UNIT.get(unit_kind, frozenset()) if company_kind == "network" else own
