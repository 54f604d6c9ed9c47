"""What a program asks about grants and what it is answered. Moments are ISO 8601 with an offset.

Neither the reason of a request nor the number it refers to is told: they are a customer's.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sekisho_web.accounts.api.shapes import Pages, Shape


class Requests(Pages):
    """Which requests are wanted."""

    system: Annotated[str, Field(max_length=16, description="対象システムの符号")] = ""
    person: Annotated[str, Field(max_length=24, description="申請した人の個人番号（自社の人）")] = (
        ""
    )
    open: Annotated[bool, Field(description="承認待ちだけ")] = False


class Grants(Pages):
    """Which grants are wanted."""

    system: Annotated[str, Field(max_length=16, description="対象システムの符号")] = ""
    person: Annotated[str, Field(max_length=24, description="個人番号（自社の人）")] = ""
    usable: Annotated[bool, Field(description="いま使えるものだけ")] = False


class Emergencies(Pages):
    """Which emergencies are wanted."""

    running: Annotated[bool, Field(description="発動中だけ")] = False


class Party(Shape):
    """One of those who must all approve, and what they answered."""

    role: str
    side: str
    word: str
    verdict: Annotated[str | None, Field(description="approve、deny。まだなら null")]
    decided_at: datetime | None


class Request(Shape):
    """A request (利用申請). It is polled until `state` is no longer pending."""

    code: str
    system: str
    role: str
    mode: str
    purpose: str
    asker: Annotated[str | None, Field(description="個人番号。他社の人では null")]
    works_for: str
    state: Annotated[str, Field(description="pending、approved、denied、withdrawn、lapsed")]
    digest: Annotated[str, Field(description="署名の対象の SHA-256（16進）")]
    submitted_at: datetime
    due_at: datetime
    settled_at: datetime | None
    emergency: str | None
    parties: list[Party]
    grants: list[str]


class Grant(Shape):
    """A grant (利用許可)."""

    code: str
    request: str | None
    emergency: str | None
    holder: Annotated[str | None, Field(description="個人番号。他社の人では null")]
    works_for: str
    system: str
    role: str
    kind: str
    purpose: str
    state: Annotated[str, Field(description="waiting、usable、running、used_up、ended、revoked")]
    valid_from: datetime
    valid_to: datetime
    revoked_at: datetime | None
    uses_max: int | None
    uses: int


class Term(Shape):
    """One stretch that two people declared."""

    starts_at: datetime
    ends_at: datetime
    confirmed_at: datetime | None


class Emergency(Shape):
    """An emergency (非常災害), a provisional use (暫定利用) or a drill (訓練)."""

    code: str
    kind: str
    owner: str
    cause: str
    areas: list[str]
    systems: list[str]
    roles: list[str]
    state: str
    running: bool
    ended_at: datetime | None
    reviewed_at: datetime | None
    terms: list[Term]
    supporters: int


class Open(BaseModel):
    """A message of AuthZEN: what we do not know in it is passed over, as that API says."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Subject(Open):
    """Whose use is asked about."""

    type: Literal["person"]
    id: Annotated[str, Field(max_length=24, description="個人番号")]


class Action(Open):
    """What they would do. properties: role (役割) and purpose (利用目的)."""

    name: Literal["use"]
    properties: dict[str, Any] = {}


class Resource(Open):
    """Where they would do it."""

    type: Literal["system"]
    id: Annotated[str, Field(max_length=16, description="対象システムの符号")]


class Evaluate(Open):
    """May this person use this system now?"""

    subject: Subject
    action: Action
    resource: Resource
    context: dict[str, Any] = {}


class Status(StrEnum):
    """How the approval stands that a grant rests on."""

    APPROVED = "approved"
    STANDING = "standing"  # it came with the post


class Approval(Shape):
    """What the permit rests on."""

    status: Status
    request: str | None


class Way(Shape):
    """One way in which it could be asked for."""

    policy: str
    mode: str
    parties: list[str]


class AccessRequest(Shape):
    """The denial could be lifted by a request of the person. A program cannot file it."""

    type: Literal["sekisho_use"]
    endpoint: Annotated[str, Field(description="本人が申請する画面")]
    interactive: Literal[True]
    ways: list[Way]


class Told(Shape):
    """Why the answer is as it is."""

    reason: str
    remedy: str
    grant: str | None
    emergency: str | None
    until: Annotated[datetime | None, Field(description="この時刻に、答えが変わりうる")]
    approval: Approval | None
    access_request: AccessRequest | None


class Evaluation(Shape):
    """The answer of the Authorization API."""

    decision: bool
    context: Told
