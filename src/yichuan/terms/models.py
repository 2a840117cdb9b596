"""Tables of the terms of courier services 服务规则.

Rows without `merchant_id` are the platform's and every merchant reads them; a merchant's own hold
for its parcels only. `adcode` is the beginning of a division's code (31, 3101, 310115; empty: all
of China).
"""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.ids import new_id
from yichuan.core.models import Base, MerchantOwned


class Term:
    """What every term has: an id, an owner (None: the platform), who wrote it and when."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"), index=True)
    actor: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ServiceArea(Term, Base):
    """到不到件: whether a courier service delivers to a place; the most exact row decides."""

    __tablename__ = "service_areas"
    __table_args__ = (
        Index(
            "ux_service_areas_place",
            "merchant_id",
            "courier",
            "service",
            "adcode",
            "keyword",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    courier: Mapped[str]
    service: Mapped[str | None]
    """None: all of the courier's services."""
    adcode: Mapped[str]
    keyword: Mapped[str] = mapped_column(server_default="")
    """A town or village that the address must name; empty: the whole division."""
    serves: Mapped[bool]
    note: Mapped[str] = mapped_column(server_default="")


class Suspension(Term, Base):
    """停发区: no parcels to or from a place for a while. Never deleted once it has begun."""

    __tablename__ = "service_suspensions"
    __table_args__ = (
        Index("ix_service_suspensions_from", "from_at", "id"),
        Index(
            "ux_service_suspensions_case",
            "merchant_id",
            "courier",
            "service",
            "adcode",
            "direction",
            "from_at",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("direction IN ('to','from','both')", name="direction"),
        CheckConstraint("until_at IS NULL OR until_at > from_at", name="period"),
    )

    courier: Mapped[str | None]
    """None: every courier."""
    service: Mapped[str | None]
    adcode: Mapped[str]
    direction: Mapped[str] = mapped_column(server_default="both")
    cause: Mapped[str] = mapped_column(server_default="other")
    """epidemic, weather, conference, holiday, capacity, other."""
    reason: Mapped[str]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    """None: until further notice."""
    ended_at: Mapped[datetime | None]
    """When somebody ended it before its time."""


class GoodsRule(Term, Base):
    """禁寄: goods that may not be sent at all, not by air, or only when declared."""

    __tablename__ = "goods_rules"
    __table_args__ = (
        Index("ux_goods_rules_code", "code", unique=True),
        Index(
            "ux_goods_rules_name",
            "merchant_id",
            "name_zh",
            "level",
            "courier",
            "service",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("level IN ('forbidden','air','declare')", name="level"),
    )

    code: Mapped[str | None]
    """Of the packaged list; None: written here."""
    name_zh: Mapped[str]
    name_en: Mapped[str]
    keywords: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Words of titles and categories that mean these goods."""
    unless: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """Phrases in which such a word means something else (酒精棉 for 酒精)."""
    level: Mapped[str]
    courier: Mapped[str | None]
    service: Mapped[str | None]
    source: Mapped[str] = mapped_column(server_default="")
    enabled: Mapped[bool] = mapped_column(server_default="true")


class ServiceTrait(Term, Base):
    """What is special about a service: it flies, it asks for real-name senders 实名. Only the
    platform has these."""

    __tablename__ = "service_traits"
    __table_args__ = (
        Index(
            "ux_service_traits_service",
            "courier",
            "service",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    courier: Mapped[str]
    service: Mapped[str | None]
    by_air: Mapped[bool | None]
    real_name: Mapped[bool | None]
    """None: as the courier's row says."""


class RealName(Term, Base):
    """实名: who is registered with a courier: a merchant, or an account (lent: the platform's)."""

    __tablename__ = "real_names"
    __table_args__ = (
        CheckConstraint("merchant_id IS NOT NULL OR account_id IS NOT NULL", name="whose"),
        Index(
            "ux_real_names_whose",
            "merchant_id",
            "courier",
            "account_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    courier: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("courier_accounts.id"))
    reference: Mapped[str] = mapped_column(server_default="")
    """The courier's number of the registration; never an identity number."""
    valid_until: Mapped[date | None]


class CutOff(Term, Base):
    """截单: until when parcels leave the same day. Days without a row have no collection."""

    __tablename__ = "cut_offs"
    __table_args__ = (
        Index(
            "ux_cut_offs_days",
            "merchant_id",
            "courier",
            "service",
            "branch_code",
            "adcode",
            "weekdays",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    courier: Mapped[str | None]
    """None: any courier; these also move the ship-by deadline of new orders."""
    service: Mapped[str | None]
    branch_code: Mapped[str | None]
    adcode: Mapped[str] = mapped_column(server_default="")
    """Where the warehouse stands."""
    weekdays: Mapped[str]
    """ISO days of the week: 12345 is Monday to Friday."""
    at: Mapped[time | None]
    """Asia/Shanghai; None: no collection on these days."""


class Compensation(Term, Base):
    """理赔标准: what a courier pays for a lost, damaged or late parcel."""

    __tablename__ = "compensations"
    __table_args__ = (
        CheckConstraint("trouble IN ('lost','damaged','delayed')", name="trouble"),
        CheckConstraint(
            "counted_from IN ('shipped','promised','delivered','reported')", name="counted_from"
        ),
        Index(
            "ux_compensations_case",
            "merchant_id",
            "courier",
            "service",
            "trouble",
            "insured",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    courier: Mapped[str | None]
    service: Mapped[str | None]
    trouble: Mapped[str]
    insured: Mapped[bool]
    freight_percent: Mapped[int | None]
    """Percent of the freight: 300 is three times."""
    value_percent: Mapped[int | None]
    """Percent of the declared value (uninsured: of the goods' value)."""
    cap_minor: Mapped[int | None]
    """At most this, in fen."""
    claim_days: Mapped[int]
    """Days to claim, counted from `counted_from`."""
    counted_from: Mapped[str]
    source: Mapped[str] = mapped_column(server_default="")


class GoodsClearance(MerchantOwned, Base):
    """Somebody entitled let a box pass a goods rule. Never changed, never deleted."""

    __tablename__ = "goods_clearances"
    __table_args__ = (Index("ix_goods_clearances_shipment", "merchant_id", "shipment_id"),)

    shipment_id: Mapped[UUID]
    rule_id: Mapped[UUID]
    rule_zh: Mapped[str]
    rule_en: Mapped[str]
    reason: Mapped[str]
    actor: Mapped[str]
    actor_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
