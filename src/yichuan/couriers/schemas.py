"""What couriers, connections and accounts show and take over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field

PollsPerDay = Annotated[int, Field(ge=0, le=100_000_000)]


class ConnectionRequest(BaseModel):
    """A credential at an API. `merchant_id` None: the platform's."""

    merchant_id: UUID | None = None
    connector: Annotated[str, Field(min_length=1, max_length=30)] = "kdniao"
    name: Annotated[str, Field(min_length=1, max_length=60)]
    endpoint: AnyHttpUrl
    public_id: Annotated[str, Field(min_length=1, max_length=60)]
    secret: Annotated[str, Field(min_length=1, max_length=4000)]
    extra: dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=4000)]] = (
        Field(default_factory=dict, max_length=20)
    )
    """What else the connector's credentials name (`GET /connectors`)."""
    rate_per_second: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Calls a second that the contract allows; left out: what the connector knows."""
    polls_per_day: PollsPerDay | None = None
    """Numbers asked for a day where pushes do not come; left out: the default, 0: none."""


class ConnectionView(BaseModel):
    """A connection without its secret."""

    id: UUID
    merchant_id: UUID | None
    connector: str
    name: str
    endpoint: str
    public_id: str
    extra: dict[str, str]
    """Further credentials that are no secrets."""
    secrets: list[str]
    """Names of further secrets that are set."""
    rate_per_second: int | None
    polls_per_day: int | None
    enabled: bool
    push_url: str
    """Where the API must push to: tell it to them."""
    last_ok_at: datetime | None
    last_error: str | None


class ConnectionChange(BaseModel):
    """What changes; fields left out stay."""

    name: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    endpoint: AnyHttpUrl | None = None
    """On another server: the secret must be given again."""
    public_id: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    secret: Annotated[str, Field(min_length=1, max_length=4000)] | None = None
    extra: (
        Annotated[
            dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=4000)]],
            Field(max_length=20),
        ]
        | None
    ) = None
    """Keys given replace what is stored; an empty value removes."""
    rate_per_second: Annotated[int, Field(ge=1, le=10_000)] | None = None
    polls_per_day: PollsPerDay | None = None
    enabled: bool | None = None


class OperationCalls(BaseModel):
    """Calls of one operation."""

    operation: str
    calls: int
    failures: int
    mean_ms: int
    last_error: str | None


class HourCalls(BaseModel):
    """Calls of one hour."""

    hour: datetime
    calls: int
    failures: int
    mean_ms: int


class ConnectionHealth(BaseModel):
    """How a connection's calls went."""

    resting: bool
    """The circuit breaker of this web process is open: it does not answer and is left alone."""
    operations: list[OperationCalls]
    hours: list[HourCalls]


class AccountRequest(BaseModel):
    """A waybill account: a contract with one branch 网点 of a courier."""

    merchant_id: UUID | None = None
    connection_id: UUID
    courier: Annotated[str, Field(min_length=1, max_length=40)]
    branch_code: Annotated[str, Field(max_length=60)] | None = None
    branch_name: Annotated[str, Field(max_length=60)] | None = None
    customer_name: Annotated[str, Field(max_length=60)] | None = None
    customer_password: Annotated[str, Field(max_length=100)] | None = None
    month_code: Annotated[str, Field(max_length=60)] | None = None
    balance_alert: Annotated[int, Field(ge=0)] = 100


class AccountChange(BaseModel):
    """What changes; fields left out stay."""

    enabled: bool | None = None
    balance_alert: Annotated[int, Field(ge=0)] | None = None
    customer_password: Annotated[str, Field(max_length=100)] | None = None


class AccountView(BaseModel):
    """A waybill account without its secret."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    merchant_id: UUID | None
    """None: lent by the platform."""
    connection_id: UUID
    courier: str
    branch_code: str | None
    branch_name: str | None
    customer_name: str | None
    month_code: str | None
    balance: int | None
    balance_at: datetime | None
    balance_alert: int
    low: bool
    """Fewer numbers left than the alert: tell before the morning's batch."""
    enabled: bool


class BalancePoint(BaseModel):
    """Numbers left at a time."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    balance: int


class BalanceHistory(BaseModel):
    """How an account's numbers went."""

    points: list[BalancePoint]
    """What the branch said, oldest first."""
    balance: int | None
    """Now, counting what was taken since it was asked."""
    balance_alert: int
    per_day: float | None
    """Numbers used a day of late; None while less than a day is known."""
    days_left: float | None
    """At the present rate."""


class QuotaRequest(BaseModel):
    """Numbers a merchant may take from a lent account; None: no limit."""

    per_day: Annotated[int, Field(ge=0)] | None = None
    per_month: Annotated[int, Field(ge=0)] | None = None


class QuotaView(BaseModel):
    """A merchant's quota of a lent account, with what it took (days of Asia/Shanghai)."""

    merchant_id: UUID
    account_id: UUID
    per_day: int | None
    per_month: int | None
    used_today: int
    used_this_month: int
    left: int | None
    """Numbers it may still take today; None: no limit."""


class TestResult(BaseModel):
    """What the courier answered to a trial call."""

    ok: bool
    balance: int | None = None
    code: str | None = None
    courier_text: str | None = None


class CredentialView(BaseModel):
    """A value that somebody must fill in: `public_id`, `secret`, or a key of `extra`."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    zh: str
    en: str
    secret: bool
    required: bool


class ConnectorView(BaseModel):
    """A protocol that we speak."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    zh: str
    en: str
    kind: Literal["aggregator", "direct", "library"]
    can: dict[str, Literal["documents", "simulator"]]
    """What it can do → how that was verified: against public documents, or only simulated."""
    endpoint: str
    sandbox: str | None
    credentials: list[CredentialView]
    account_fields: list[str]
    per_second: float | None
    couriers: int | None
    """How many couriers it serves; None: all."""
    sources: list[str]
    notes_zh: str
    notes_en: str
