"""Valid records for tests, named by their situations; and the way to sign somebody in.

Each is valid as it stands; a test names only what it is about. Everything is invented.
"""

from tests.factories.people import (
    NOON,
    AccountFactory,
    CompanyFactory,
    HoldFactory,
    PersonFactory,
    PostFactory,
    UnitFactory,
)
from tests.factories.pledges import PledgeFactory
from tests.factories.signed_in import PASSWORD, sign_in, somebody
from tests.factories.uses import (
    DeviceFactory,
    EmergencyFactory,
    GrantFactory,
    LoanFactory,
    SupporterFactory,
)

__all__ = [
    "NOON",
    "PASSWORD",
    "AccountFactory",
    "CompanyFactory",
    "DeviceFactory",
    "EmergencyFactory",
    "GrantFactory",
    "HoldFactory",
    "LoanFactory",
    "PersonFactory",
    "PledgeFactory",
    "PostFactory",
    "SupporterFactory",
    "UnitFactory",
    "sign_in",
    "somebody",
]
