"""What a program asks and what it is answered. Moments are ISO 8601 with their offset."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

MOST = 200
T = TypeVar("T")


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing(Shape):
    """No words are asked."""


class Pages(Shape):
    """Which page of a register is wanted."""

    after: Annotated[int, Field(ge=0, description="前の頁の next。はじめは 0")] = 0
    limit: Annotated[int, Field(ge=1, le=MOST, description="一頁の件数")] = 50


class Page(Shape, Generic[T]):
    """A page of a register, in the order of its numbers."""

    items: list[T]
    next: Annotated[int | None, Field(description="次の頁の after。終わりなら null")]


class AsOf(Shape):
    """Of which day is asked, and as it was known when."""

    on: Annotated[
        AwareDatetime | None, Field(description="この時刻に有効な発令。なければすべて")
    ] = None
    known: Annotated[
        AwareDatetime | None, Field(description="この時刻に知られていたとおり。なければいま")
    ] = None


class People(Pages):
    """Which people are wanted."""

    number: Annotated[str, Field(max_length=24, description="社員番号")] = ""


class Accounts(Pages):
    """Which IDs are wanted."""

    system: Annotated[str, Field(max_length=16, description="対象システムの符号")] = ""
    person: Annotated[str, Field(max_length=24, description="個人番号")] = ""
    open: Annotated[bool, Field(description="廃止したものを除く")] = True


class Pushes(Pages):
    """Which pushes are wanted."""

    system: Annotated[str, Field(max_length=16, description="対象システムの符号")] = ""
    state: Annotated[str, Field(max_length=16, description="反映の状態（planned … closed）")] = ""
    account: Annotated[int | None, Field(ge=1, description="アカウントの番号")] = None


class Reconciliations(Pages):
    """Which comparisons are wanted."""

    system: Annotated[str, Field(max_length=16, description="対象システムの符号")] = ""


class Between(Shape):
    """Orders that took effect in which time."""

    since: Annotated[AwareDatetime, Field(description="この時刻から")]
    until: Annotated[AwareDatetime, Field(description="この時刻の前まで")]


class Post(Shape):
    """A post (発令の期間), and since when (and until when) it was believed."""

    appointment: int
    employer: str
    works_for: str
    kind: str
    unit: str
    unit_name: str
    title: str
    flags: list[str]
    starts_at: datetime
    ends_at: datetime | None
    known_from: datetime
    known_to: datetime | None


class Stop(Shape):
    """An open stop (停止)."""

    id: int
    reason: str
    word: str
    starts_at: datetime


class Person(Shape):
    """Somebody of the company's own people (従業者)."""

    code: str
    name: str
    kana: str
    numbers: list[str]
    in_post: Annotated[bool, Field(description="いま有効な発令がある")]
    posts: Annotated[list[Post], Field(description="いま有効な発令")]
    stops: list[Stop]


class Posts(Shape):
    """The posts of a person as they were known at a moment."""

    code: str
    on: datetime | None
    known: datetime
    posts: list[Post]


class Officer(Shape):
    """Somebody who answers for a system (責任者)."""

    role: str
    company: str
    name: str
    ends_at: datetime | None


class System(Shape):
    """A system in scope (対象システム)."""

    key: str
    name: str
    owner: str | None
    state: str
    controlled_by: list[str]
    data_classes: list[str]
    dormancy_months: int
    device_bound: bool
    sign_in_level: str
    log_source: str
    log_retention_months: int | None
    officers: list[Officer]


class Holder(Shape):
    """Whose an ID is. Of another company's people only what its owner needs to reach them."""

    code: Annotated[str | None, Field(description="個人番号。他社の人では null")]
    name: str
    company: str
    unit: str
    phone: str
    mail: str


class Account(Shape):
    """An ID (アカウント): how it stands, why, and until when."""

    id: int
    code: str
    system: str
    works_for: str
    kind: str
    holder: Holder | None
    roles: list[str]
    state: Annotated[
        str, Field(description="有効、休眠、異動済、停止中、期限切れ、廃止、未開始、不明")
    ]
    lives: bool
    reason: str
    remedy: str
    until: Annotated[datetime | None, Field(description="この時刻に、ひとりでに状態が変わる")]
    issued_at: datetime
    last_used_at: datetime | None
    ends_at: datetime | None
    closed_at: datetime | None
    stops: list[Stop]


class Push(Shape):
    """A state that a target is to be brought to (反映). Only `verified` counts."""

    id: int
    account: int
    system: str
    state: str
    because: str
    attempts: int
    effective_at: datetime
    planned_at: datetime
    next_at: datetime | None
    verified_at: datetime | None
    escalated_at: datetime | None
    degraded: bool
    problem: str


class Reconciliation(Shape):
    """One comparison of a target with the register (突合)."""

    id: int
    system: str
    began_at: datetime
    ended_at: datetime | None
    is_readable: bool
    read: int | None
    stated: int | None
    ours: int | None
    differences: int
    problem: str


class Lag(Shape):
    """How late orders were true in a system (発令日からの遅れ), in seconds."""

    system: str
    movements: int
    verified: int
    waiting: int
    on_time: int
    median: float
    worst: float
    worst_is_open: bool
    news: Annotated[float, Field(description="届くまで")]
    ours: Annotated[float, Field(description="届いてから適用まで")]
    target: Annotated[float, Field(description="適用から、反映先で確かめるまで")]


class Lags(Shape):
    """The lag of each system, the worst first."""

    items: list[Lag]


class WhyStop(StrEnum):
    """Why a program may stop something."""

    LOST = "lost"
    INVESTIGATION = "investigation"


class Suspend(Shape):
    """A stop, now."""

    reason: WhyStop
    note: Annotated[str, Field(min_length=4, max_length=100, description="事情")]


class Resume(Shape):
    """The end of a stop that this program placed."""

    note: Annotated[str, Field(min_length=4, max_length=100, description="解いてよい理由")]


class Problem(Shape):
    """A refusal (RFC 9457): what is wrong, and what to do."""

    type: str
    title: str
    status: int
    detail: str
    errors: Annotated[list[str] | None, Field(description="直すところ")] = None
