"""What our SCIM door speaks: its resources, its extension with posts, and what it announces.

Built once a process: to build a provider costs more than to serve a hundred requests.
"""

from typing import Annotated, Any, cast

from pydantic import Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Extension,
    External,
    Filter,
    Group,
    Patch,
    Reference,
    Required,
    ResourceType,
    Returned,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
)
from scim2_models import User as StandardUser
from scim2_server.service import ScimService

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
OURS = "urn:ietf:params:scim:schemas:extension:sekisho:2.0:User"
PAGE = 200


class Mail(ComplexAttribute):
    """A mail address as text: the ones inside a company need not exist outside of it."""

    value: str | None = None
    display: str | None = None
    type: str | None = None
    primary: bool | None = None


class User(StandardUser):  # type: ignore[type-arg]  # its extensions are bound below
    __schema__ = URN(CORE)

    emails: list[Mail] | None = None  # type: ignore[assignment]
    password: Annotated[str | None, Returned.never] = None  # read, and kept nowhere


class Manager(ComplexAttribute):
    """The superior: the id of a resource, or what the peer calls them."""

    value: Annotated[str | None, CaseExact.true] = None
    ref: Reference[External] | None = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    display_name: str | None = None


class EnterpriseUser(Extension):
    __schema__ = URN(ENTERPRISE)

    employee_number: str | None = None
    cost_center: str | None = None
    organization: str | None = None
    division: str | None = None
    department: str | None = None
    manager: Manager | None = None


class Appointment(ComplexAttribute):
    """One order (発令): core SCIM knows no day on which something begins or ends.

    validFrom and validTo are days in Japan; validTo is the last day, inside the period.
    """

    order_no: Annotated[str | None, Required.true, CaseExact.true] = None
    branch: Annotated[str | None, CaseExact.true] = None
    employer: Annotated[str | None, CaseExact.true] = None
    works_for: Annotated[str | None, CaseExact.true] = None
    org_unit: Annotated[str | None, CaseExact.true] = None
    title: str | None = None
    kind: str | None = None
    valid_from: Annotated[str | None, CaseExact.true] = None
    valid_to: Annotated[str | None, CaseExact.true] = None
    flags: list[str] | None = None


class PersonnelUser(Extension):
    __schema__ = URN(OURS)

    appointments: list[Appointment] | None = None
    group_id: Annotated[str | None, CaseExact.true] = None
    previous_number: Annotated[str | None, CaseExact.true] = None
    kana: str | None = None


POLICY = ScimPolicy(
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
    unknown=ScimPolicy.Unknown.ignore,
)
CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=PAGE),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=False),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="人事連携の鍵",
            description="人事連携ごとに発行される、期限のある鍵（RFC 6750）",
            primary=True,
        )
    ],
)
FULL: Any = cast("Any", User)[EnterpriseUser | PersonnelUser]
# The tolerance belongs to the provider: a policy opened around the service would be ignored.
PROVIDER = ScimProvider(
    models=[User, EnterpriseUser, PersonnelUser, Group],
    resource_types=[ResourceType.from_resource(FULL), ResourceType.from_resource(Group)],
    config=CONFIG,
    policy=POLICY,
)
SERVICE = ScimService(PROVIDER)
