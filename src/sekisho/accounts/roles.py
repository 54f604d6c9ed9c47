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
USES = frozenset({"grants.use"})  # the launcher, and one's own requests
DECIDES = frozenset({"grants.decide"})  # the queue; each request asks whether one may decide
GRANTS = frozenset({"grants.read", "terminals.read"})
POLICIES = frozenset({"grants.policies"})
DECLARES = frozenset({"grants.declare"})
DESK = frozenset({"grants.desk"})
FOREIGN = frozenset({"grants.foreign"})
ENGAGES = frozenset({"grants.engagements"})
TERMINALS = frozenset({"terminals.read"})
KEEPS_TERMINALS = frozenset({"terminals.read", "terminals.keep"})
COUNTS = frozenset({"terminals.count"})
OWN_SIDE = ("network", "network_contractor")  # whose people stand where its terminals do
# Tables are written by system managers (line 1) and approved by the second line.
WRITES = frozenset({"policy.edit", "policy.publish"})
APPROVES = frozenset({"policy.approve", "policy.publish"})

# Only posts of the network company: it owns the data, and the affiliate does not watch it.
OF_NETWORK_UNIT: Mapping[str, frozenset[str]] = {
    "board": RULES | REPORTS | DECLARES,
    "compliance": RULES
    | REPORTS
    | LINES
    | TRIALS
    | APPROVES
    | FINDINGS
    | CHECKS
    | REGISTERS
    | CONFIRMS
    | STOPS
    | DECIDES
    | GRANTS
    | POLICIES
    | DECLARES
    | FOREIGN
    | ENGAGES,  # 第2線
    "internal_audit": RULES
    | REPORTS
    | LINES
    | TRIALS
    | FINDINGS
    | REGISTERS
    | STOPS
    | DECIDES
    | GRANTS
    | FOREIGN,  # 第3線
    "it": RULES
    | REPORTS
    | TRIALS
    | FINDINGS
    | REGISTERS
    | KEEPS_REGISTERS
    | GRANTS
    | POLICIES
    | DESK
    | FOREIGN
    | KEEPS_TERMINALS
    | WRITES,  # システム管理: no customer's record, so no log of looks
    "branch": RULES | REPORTS,
    "service_centre": DESK | frozenset({"policy.read"}),
    "call_centre": DESK,
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

    relief: the hat is changed to relief (災害応援): then launcher and look-up open, and no more.
    """
    if viewer_class is None:
        return frozenset()
    if relief:
        return LOOK | USES
    own = LOOK | USES
    if officer:
        own |= OFFICE | DECIDES
    if officer or leads:
        own |= TICKETS | DECIDES | TERMINALS
    if company_kind in OWN_SIDE:
        own |= COUNTS
    if company_kind != "network":
        return own
    if officer or leads:
        own |= DECLARES | DESK | ENGAGES | KEEPS_TERMINALS
    if officer:
        own |= FOREIGN
    return own | OF_NETWORK_UNIT.get(unit_kind, frozenset())
