"""Who somebody is, which IDs are theirs, and how both end. Facts have periods `[from, to)`."""

from sekisho_web.accounts.models.appointments import (
    Appointment,
    AppointmentPast,
    AppointmentTerm,
    period,
)
from sekisho_web.accounts.models.authenticators import Authenticator, Ticket
from sekisho_web.accounts.models.feeds import (
    ApiToken,
    BatchConfirmation,
    Feed,
    FeedBatch,
    FeedToken,
    Movement,
    OrderLine,
    ScimResource,
)
from sekisho_web.accounts.models.holds import Hold, LiftConfirmation
from sekisho_web.accounts.models.ids import (
    Account,
    AccountRequest,
    AccountReview,
    Checkout,
    Rotation,
)
from sekisho_web.accounts.models.people import (
    NO_PASSWORD,
    Company,
    PasswordRecord,
    Person,
    PersonIdentity,
    PersonNumber,
    Unit,
    UnitMapping,
)
from sekisho_web.accounts.models.periods import ends_after_it_starts, in_force
from sekisho_web.accounts.models.pushes import Push, Reconciliation, Target
from sekisho_web.accounts.models.sessions import Session
from sekisho_web.accounts.models.sign_ins import PasswordPolicy, SignIn
from sekisho_web.accounts.models.systems import Officer, System
from sekisho_web.accounts.models.uses import AccountUse

__all__ = [
    "NO_PASSWORD",
    "Account",
    "AccountRequest",
    "AccountReview",
    "AccountUse",
    "ApiToken",
    "Appointment",
    "AppointmentPast",
    "AppointmentTerm",
    "Authenticator",
    "BatchConfirmation",
    "Checkout",
    "Company",
    "Feed",
    "FeedBatch",
    "FeedToken",
    "Hold",
    "LiftConfirmation",
    "Movement",
    "Officer",
    "OrderLine",
    "PasswordPolicy",
    "PasswordRecord",
    "Person",
    "PersonIdentity",
    "PersonNumber",
    "Push",
    "Reconciliation",
    "Rotation",
    "ScimResource",
    "Session",
    "SignIn",
    "System",
    "Target",
    "Ticket",
    "Unit",
    "UnitMapping",
    "ends_after_it_starts",
    "in_force",
    "period",
]
