"""Tables of couriers, services, API connections and waybill accounts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.ids import new_id
from yichuan.core.models import Base


class Courier(Base):
    """A courier 快递公司; the code is KDNiao's."""

    __tablename__ = "couriers"

    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str | None]
    kind: Mapped[str]
    """domestic, cross_border, freight, cold_chain, same_city, postal, other."""
    phone: Mapped[str | None]


class CourierService(Base):
    """A service of a courier (标快, 冷链, 大件, 专线…) with what dispatch must know."""

    __tablename__ = "courier_services"

    courier: Mapped[str] = mapped_column(ForeignKey("couriers.code"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="standard")
    """standard, express, cold_chain, bulky, special_line."""
    min_weight_g: Mapped[int] = mapped_column(server_default="0")
    max_weight_g: Mapped[int | None]
    typical_days: Mapped[int] = mapped_column(server_default="3")
    is_default: Mapped[bool] = mapped_column(server_default="false")


class CourierConnection(Base):
    """A credential at an API (KDNiao, a courier's own): of a merchant or the platform (None)."""

    __tablename__ = "courier_connections"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"), index=True)
    connector: Mapped[str]
    name: Mapped[str]
    endpoint: Mapped[str]
    public_id: Mapped[str]
    """The API user's name (KDNiao: EBusinessID)."""
    secret_enc: Mapped[bytes]
    """The signing key, encrypted."""
    extra_enc: Mapped[bytes | None]
    """What else the connector's credentials name, as encrypted JSON."""
    rate_per_second: Mapped[int | None]
    """Calls a second that the contract allows; None: what the connector knows."""
    push_token_digest: Mapped[bytes] = mapped_column(unique=True)
    push_token_enc: Mapped[bytes]
    """Part of our push URL; kept encrypted so that it can be shown to its owner again."""
    enabled: Mapped[bool] = mapped_column(server_default="true")
    last_ok_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    last_push_at: Mapped[datetime | None]
    """When it last pushed to us (to within minutes): the push address is known over there."""
    polls_per_day: Mapped[int | None]
    """Numbers we may ask for a day of our own accord; None: the default, 0: none."""
    polls_day: Mapped[date | None]
    """The day (Asia/Shanghai) that `polls_used` counts."""
    polls_used: Mapped[int] = mapped_column(server_default="0")
    """Numbers asked for, by us or by people."""
    polls_stretch: Mapped[float] = mapped_column(Double(), server_default="1")
    """How much longer than it should a number waits, because the quota does not reach for all."""
    polls_paused_until: Mapped[datetime | None]
    polls_paused_why: Mapped[str | None]
    polls_doubted_at: Mapped[datetime | None]
    """When calls brought what should have been pushed."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CourierAccount(Base):
    """A waybill account: a contract with one branch 网点 of a courier."""

    __tablename__ = "courier_accounts"
    __table_args__ = (
        Index("ix_courier_accounts_pick", "courier", "merchant_id"),
        UniqueConstraint("connection_id", "courier", "customer_name"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"), index=True)
    """None: the platform's account, lent to merchants."""
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("courier_connections.id"))
    courier: Mapped[str] = mapped_column(ForeignKey("couriers.code"))
    branch_code: Mapped[str | None]
    branch_name: Mapped[str | None]
    customer_name: Mapped[str | None]
    customer_password_enc: Mapped[bytes | None]
    month_code: Mapped[str | None]
    """月结号."""
    balance: Mapped[int | None]
    """Numbers left at the branch; None where the courier does not count them."""
    balance_at: Mapped[datetime | None]
    balance_alert: Mapped[int] = mapped_column(server_default="100")
    balance_asked_at: Mapped[datetime | None]
    """When the branch was last asked, whether or not it counts numbers."""
    enabled: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AccountBalance(Base):
    """Numbers left at a branch, as it said each time it was asked."""

    __tablename__ = "account_balances"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("courier_accounts.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True, server_default=func.now())
    merchant_id: Mapped[UUID | None]
    """The account's owner; None: the platform."""
    balance: Mapped[int]


class AccountQuota(Base):
    """How many numbers a merchant may take from an account that the platform lends it."""

    __tablename__ = "courier_account_quotas"

    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("courier_accounts.id"), primary_key=True)
    per_day: Mapped[int | None]
    per_month: Mapped[int | None]
    """None: no limit."""
    day: Mapped[date]
    """The day (Asia/Shanghai) that `used_day` counts; `used_month` counts its month."""
    used_day: Mapped[int] = mapped_column(server_default="0")
    used_month: Mapped[int] = mapped_column(server_default="0")
    counted_since: Mapped[datetime] = mapped_column(server_default=func.now())
    """Numbers asked for earlier were never counted, so they are not given back."""


class ConnectorCall(Base):
    """Health of connectors: one row per connection, minute and operation."""

    __tablename__ = "connector_calls"

    connection_id: Mapped[UUID] = mapped_column(primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    calls: Mapped[int] = mapped_column(server_default="0")
    failures: Mapped[int] = mapped_column(server_default="0")
    total_ms: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]


class UnknownCode(Base):
    """A status code or text we could not map, counted."""

    __tablename__ = "unknown_codes"

    connector: Mapped[str] = mapped_column(primary_key=True)
    courier: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    sample: Mapped[str]
    count: Mapped[int] = mapped_column(server_default="1")
    detail: Mapped[str | None]
    """Mapped by an operator."""
    first_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_at: Mapped[datetime] = mapped_column(server_default=func.now())
    extra: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class AccountApplication(Base):
    """A merchant asks for a waybill account 客户号申请; the platform's people decide."""

    __tablename__ = "account_applications"
    __table_args__ = (
        UniqueConstraint("key_id", "apply_no"),
        Index("ix_account_applications_created", "created_at", "id"),
        CheckConstraint("state IN ('open','granted','refused')", name="state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"), index=True)
    """None: the platform asks for itself."""
    key_id: Mapped[UUID]
    courier: Mapped[str]
    apply_no: Mapped[str]
    """The applicant's own number of it (KDNiao ApplyID)."""
    company: Mapped[str]
    details_enc: Mapped[bytes]
    """Contact and address as JSON, encrypted."""
    branch_code: Mapped[str | None]
    branch_name: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default="open")
    reason: Mapped[str | None]
    customer_name: Mapped[str | None]
    customer_password_enc: Mapped[bytes | None]
    account_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    decided_at: Mapped[datetime | None]


class NumberShape(Base):
    """单号识别: how many confirmed shipments of the platform had a number of a shape."""

    __tablename__ = "number_shapes"

    shape: Mapped[str] = mapped_column(primary_key=True)
    """Length and beginning (`recognise.shapes`); it does not tell a number."""
    courier: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class MerchantNumberShape(Base):
    """The same of one merchant's shipments."""

    __tablename__ = "merchant_number_shapes"

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    shape: Mapped[str] = mapped_column(primary_key=True)
    courier: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
