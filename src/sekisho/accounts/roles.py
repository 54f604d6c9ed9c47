"""What a post opens. Permissions open pages; what a page shows is the decision table's affair."""

from collections.abc import Mapping

LOOK = frozenset({"gate.look"})
RULES = frozenset({"policy.read", "proof.read"})
REPORTS = frozenset({"reports.read"})
LINES = frozenset({"ledger.read", "trace.investigate"})
TRIALS = frozenset({"replay.simulate"})
FINDINGS = frozenset({"campaigns.read", "replay.read"})
CHECKS = frozenset({"replay.check"})  # to ask for a self-check now; closing a finding is a rule
# Tables are written by system managers (line 1) and approved by the second line.
WRITES = frozenset({"policy.edit", "policy.publish"})
APPROVES = frozenset({"policy.approve", "policy.publish"})

# Only posts of the network company: it owns the data, and the affiliate does not watch it.
OF_NETWORK_UNIT: Mapping[str, frozenset[str]] = {
    "board": RULES | REPORTS,
    "compliance": RULES | REPORTS | LINES | TRIALS | APPROVES | FINDINGS | CHECKS,  # 第2線
    "internal_audit": RULES | REPORTS | LINES | TRIALS | FINDINGS,  # 第3線
    "it": RULES
    | REPORTS
    | TRIALS
    | FINDINGS
    | WRITES,  # システム管理: no customer's record, so no log of looks
    "branch": RULES | REPORTS,
    "service_centre": frozenset({"policy.read"}),
    "renewable": frozenset({"policy.read"}),
}


def permissions(
    *, company_kind: str, unit_kind: str, viewer_class: str | None, relief: bool = False
) -> frozenset[str]:
    """Return what somebody may open while wearing this post; nothing for a post without a class.

    relief: the hat is changed to relief (災害応援): then nothing but the look-up opens.
    """
    if viewer_class is None:
        return frozenset()
    if relief or company_kind != "network":
        return LOOK
    return LOOK | OF_NETWORK_UNIT.get(unit_kind, frozenset())
