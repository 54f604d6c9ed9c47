"""Grants (利用許可): what was asked, decided, granted and used; emergencies; foreign systems."""

from sekisho_web.grants.models.conflicts import ConflictException, ConflictRule
from sekisho_web.grants.models.emergencies import (
    ClosingItem,
    Dossier,
    Emergency,
    EmergencyTerm,
    RosterLine,
    Supporter,
)
from sekisho_web.grants.models.engagements import (
    Engagement,
    EngagementAnswer,
    EngagementTerm,
    EngagementWorker,
)
from sekisho_web.grants.models.foreign import (
    ForeignLine,
    ForeignLog,
    ManualUse,
    Reconciliation,
    SelfInspection,
    Verdict,
)
from sekisho_web.grants.models.grants import Grant
from sekisho_web.grants.models.requests import (
    ApprovalPolicy,
    Asking,
    Decision,
    Delegation,
    Nonce,
    Notice,
    Request,
)
from sekisho_web.grants.models.uses import Launch, LookBack, Use

__all__ = [
    "ApprovalPolicy",
    "Asking",
    "ClosingItem",
    "ConflictException",
    "ConflictRule",
    "Decision",
    "Delegation",
    "Dossier",
    "Emergency",
    "EmergencyTerm",
    "Engagement",
    "EngagementAnswer",
    "EngagementTerm",
    "EngagementWorker",
    "ForeignLine",
    "ForeignLog",
    "Grant",
    "Launch",
    "LookBack",
    "ManualUse",
    "Nonce",
    "Notice",
    "Reconciliation",
    "Request",
    "RosterLine",
    "SelfInspection",
    "Supporter",
    "Use",
    "Verdict",
]
