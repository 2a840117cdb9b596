"""Tables of shipments 包裹: the boxes, their contents and their own log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Computed,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from yichuan.core.models import Base, MerchantOwned

SHIP_METHODS = ("hub_waybill", "own_number", "own_fleet", "self_pickup", "no_logistics")
MILESTONES = (
    "created",
    "picked_up",
    "in_transit",
    "arriving",
    "out_for_delivery",
    "ready_for_collection",
    "delivered",
    "returning",
    "returned",
    "cancelled",
    "lost",
)
END_MILESTONES = ("delivered", "returned", "cancelled", "lost")
STRETCHES = {
    "under_way": ("picked_up", "in_transit"),
    "near": ("arriving", "out_for_delivery", "ready_for_collection"),
}
"""Stretches 路段 of the way that hold several milestones; any other milestone is one by itself."""
STRETCH_OF = dict(zip(MILESTONES, MILESTONES, strict=True)) | {
    name: stretch for stretch, names in STRETCHES.items() for name in names
}
_STRETCH = (
    "CASE "
    + " ".join(f"WHEN milestone IN {names!r} THEN '{one}'" for one, names in STRETCHES.items())
    + " ELSE milestone END"
)

UNSHIPPED = "shipped_at IS NULL AND stretch = 'created'"
AWAITED = "shipped_at IS NOT NULL AND stretch = 'created'"
"""Declared shipped, and the courier has not said that it has it."""
DAYS = {
    "paid": "coalesce(paid_at, created_at)",
    **{name: f"{name}_at" for name in ("shipped", "picked_up", "delivered", "ended", "troubled")},
}
"""Moments whose day (Asia/Shanghai) is a column: an index of the moment itself finds a day's
parcels, but not the newest of them, and behind a policy none answers for an expression."""
STREWN = {"dest_city": 350, "dest_province": 40, "origin_city": 150, "ship_method": 8}
"""Columns that never change once a parcel is shipped, and how many values 32 pages may have. Few
kilobytes say of all parcels in which pages there are some of a city, if any."""


def _day(name: str) -> Computed:
    return Computed(f"({DAYS[name]} AT TIME ZONE 'Asia/Shanghai')::date", persisted=True)


class Shipment(MerchantOwned, Base):
    """One physical box. Only this room writes the row; its state is derived from the log."""

    __tablename__ = "shipments"
    __table_args__ = (
        UniqueConstraint("merchant_id", "shipment_no"),
        ForeignKeyConstraint(
            ["merchant_id", "recipient_id"], ["recipients.merchant_id", "recipients.id"]
        ),
        Index(
            "ix_shipments_buyer_token",
            "buyer_token",
            postgresql_where=text("buyer_token IS NOT NULL"),
        ),
        Index("ix_shipments_id", "id"),
        Index("ix_shipments_created", "created_at", "id"),
        Index("ix_shipments_merchant_created", "merchant_id", "created_at", "id"),
        Index("ix_shipments_stretch", "stretch", "created_at", "id"),
        Index("ix_shipments_merchant_stretch", "merchant_id", "stretch", "created_at", "id"),
        Index("ix_shipments_courier", "courier", "stretch", "created_at", "id"),
        Index(
            "ix_shipments_problem",
            "problem",
            "created_at",
            "id",
            postgresql_where=text("problem IS NOT NULL"),
        ),
        Index(
            "ix_shipments_due",
            "next_deadline_at",
            postgresql_where=text("next_deadline_at IS NOT NULL"),
        ),
        Index(
            "ix_shipments_unshipped",
            "merchant_id",
            "created_at",
            "id",
            postgresql_where=text(UNSHIPPED),
        ),
        Index(
            "ix_shipments_recipient",
            "merchant_id",
            "recipient_key",
            postgresql_where=text(UNSHIPPED),
        ),
        *(
            Index(
                f"ix_shipments_{name}_day",
                f"{name}_day",
                "created_at",
                postgresql_where=text(f"{name}_day IS NOT NULL"),
            )
            for name in DAYS
        ),
        Index(
            "ix_shipments_clock",
            "ship_by",
            "id",
            postgresql_where=text(UNSHIPPED),
        ),
        Index(
            "ix_shipments_merchant_clock",
            "merchant_id",
            "ship_by",
            "id",
            postgresql_where=text(UNSHIPPED),
        ),
        Index(
            "ix_shipments_awaited",
            "created_at",
            "id",
            postgresql_where=text(AWAITED),
        ),
        Index(
            "ix_shipments_merchant_awaited",
            "merchant_id",
            "created_at",
            "id",
            postgresql_where=text(AWAITED),
        ),
        Index(
            "ix_shipments_signed_undated",
            "created_at",
            "id",
            postgresql_where=text("delivered_day IS NULL AND stretch = 'delivered'"),
        ),
        Index("ix_shipments_hold", "created_at", "id", postgresql_where=text("hold")),
        Index(
            "ix_shipments_strewn",
            *STREWN,
            postgresql_using="brin",
            postgresql_ops={
                name: f"text_bloom_ops(n_distinct_per_range={most})"
                for name, most in STREWN.items()
            },
            postgresql_with={"pages_per_range": 32, "autosummarize": "on"},
        ),
        Index(
            "ix_shipments_waybill",
            "waybill_number",
            postgresql_where=text("waybill_number IS NOT NULL"),
        ),
        CheckConstraint(f"ship_method IS NULL OR ship_method IN {SHIP_METHODS!r}", name="method"),
        CheckConstraint(f"milestone IN {MILESTONES!r}", name="milestone"),
    )

    shipment_no: Mapped[str]
    order_no: Mapped[str | None]
    """The (first) main order's number, for lists; the lines say exactly which orders it holds."""
    shop_id: Mapped[UUID | None]
    shop_name: Mapped[str | None]
    recipient_id: Mapped[UUID]
    recipient_key: Mapped[bytes | None]
    """Blind index of name, phone and address: equal keys may be packed together (合单)."""
    recipient_name: Mapped[str | None]
    """Masked, for lists."""
    recipient_phone: Mapped[str | None]
    """Masked, for lists."""
    buyer_ref: Mapped[str | None]
    ship_method: Mapped[str | None]
    """None until someone decides how it goes."""
    courier: Mapped[str | None]
    service: Mapped[str | None]
    waybill_number: Mapped[str | None]
    """The current waybill's number."""
    milestone: Mapped[str] = mapped_column(server_default="created")
    stretch: Mapped[str] = mapped_column(Computed(_STRETCH, persisted=True))
    """What indexes know in place of the milestone. A step within a stretch changes nothing that is
    indexed, so the row is written in place (a heap-only tuple), and none of its indexes."""
    milestone_at: Mapped[datetime | None]
    """The scan that brought it to its milestone, as far as a courier told of one."""
    detail: Mapped[str] = mapped_column(server_default="none")
    problem: Mapped[str | None]
    """Kind of the most urgent open problem."""
    troubled_at: Mapped[datetime | None]
    """When its first problem began, open or not."""
    troubles: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """Kinds of all the problems it has had."""
    hold: Mapped[bool] = mapped_column(server_default="false")
    """A sub-order in it is held: must not be printed or shipped."""
    pieces: Mapped[int] = mapped_column(server_default="1")
    quantity: Mapped[int] = mapped_column(server_default="1")
    """Goods inside, over all lines."""
    goods: Mapped[str | None]
    """Short text of what is inside, for lists and labels."""
    weight_g: Mapped[int | None]
    volume_cm3: Mapped[int | None]
    origin_city: Mapped[str | None]
    origin_adcode: Mapped[str | None]
    dest_province: Mapped[str | None]
    dest_city: Mapped[str | None]
    dest_district: Mapped[str | None]
    dest_adcode: Mapped[str | None]
    remark: Mapped[str | None]
    paid_at: Mapped[datetime | None]
    ship_by: Mapped[datetime | None]
    promised_at: Mapped[datetime | None]
    printed_at: Mapped[datetime | None]
    shipped_at: Mapped[datetime | None]
    """The merchant declared it shipped (number given or waybill printed and handed over)."""
    picked_up_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    paid_day: Mapped[date | None] = mapped_column(_day("paid"))
    """A box without payment was paid when created."""
    shipped_day: Mapped[date | None] = mapped_column(_day("shipped"))
    picked_up_day: Mapped[date | None] = mapped_column(_day("picked_up"))
    delivered_day: Mapped[date | None] = mapped_column(_day("delivered"))
    ended_day: Mapped[date | None] = mapped_column(_day("ended"))
    troubled_day: Mapped[date | None] = mapped_column(_day("troubled"))
    last_event_at: Mapped[datetime | None]
    last_event_text: Mapped[str | None]
    """Latest tracking text, redacted."""
    next_deadline_at: Mapped[datetime | None]
    next_deadline: Mapped[str | None]
    """Which deadline: ship_by, pick_up_by, scan_by, deliver_by, collect_by."""
    cost_expected_minor: Mapped[int | None]
    cost_billed_minor: Mapped[int | None]
    dispatch_reason: Mapped[dict[str, Any] | None]
    """Why this courier: chosen service, candidates with cost and score, rule, in zh and en."""
    signed_by: Mapped[str | None]
    """The courier's word for who signed: personal data."""
    sign_kind: Mapped[str | None]
    """Who that is: self, family, gate, locker, station, third_party; None: not said."""
    source: Mapped[str] = mapped_column(server_default="api")
    buyer_token: Mapped[str | None]
    """The buyer's tracking link; random, revocable (set a new one)."""
    sequence: Mapped[int] = mapped_column(server_default="0")
    """Grows with every change told to the outside."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ShipmentLine(MerchantOwned, Base):
    """Which pieces of which order line are in the box (m–n: 拆单, 合单)."""

    __tablename__ = "shipment_lines"
    __table_args__ = (
        ForeignKeyConstraint(
            ["merchant_id", "shipment_id"], ["shipments.merchant_id", "shipments.id"]
        ),
        ForeignKeyConstraint(
            ["merchant_id", "order_line_id"], ["order_lines.merchant_id", "order_lines.id"]
        ),
        Index("ix_shipment_lines_shipment", "merchant_id", "shipment_id"),
        Index("ix_shipment_lines_order_line", "merchant_id", "order_line_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    shipment_id: Mapped[UUID]
    sub_order_id: Mapped[UUID]
    order_line_id: Mapped[UUID]
    quantity: Mapped[int]
    sku: Mapped[str]
    name: Mapped[str | None]
    category: Mapped[str | None]
    weight_g: Mapped[int | None]
    """Per piece."""
    unit_price_minor: Mapped[int | None]


class ShipmentEvent(MerchantOwned, Base):
    """What we did with the box (created, split, printed, held…): our half of the timeline."""

    __tablename__ = "shipment_events"
    __table_args__ = (Index("ix_shipment_events_shipment", "merchant_id", "shipment_id", "at"),)

    shipment_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    kind: Mapped[str]
    actor: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(server_default="{}")


class Proof(MerchantOwned, Base):
    """A proof of delivery 签收凭证: a photo or a signature; the picture is a sealed blob."""

    __tablename__ = "proofs"
    __table_args__ = (
        ForeignKeyConstraint(
            ["merchant_id", "shipment_id"], ["shipments.merchant_id", "shipments.id"]
        ),
        UniqueConstraint("merchant_id", "shipment_id", "digest"),
    )

    shipment_id: Mapped[UUID]
    kind: Mapped[str]
    """photo, signature."""
    source: Mapped[str]
    """api, courier."""
    courier: Mapped[str | None]
    origin: Mapped[bytes | None]
    """Digest of where a courier has it: it is fetched once."""
    digest: Mapped[bytes]
    """SHA-256 of the picture as it is kept."""
    width: Mapped[int]
    height: Mapped[int]
    size_bytes: Mapped[int]
    blob_key: Mapped[str]
    wrapped_key: Mapped[bytes | None]
    """None: erased."""
    taken_at: Mapped[datetime | None]
    actor: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class LiveName(Base):
    """The number that a courier, place or category of goods has in the live tables: a million rows
    of numbers are counted in less than half the time of their names. Names never change and are
    never taken away."""

    __tablename__ = "live_names"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    """'-' stands for nothing."""


class LiveShipment(Base):
    """A parcel that is not at its end, or was signed today: where it stands, in one narrow row.

    The parcel's row says the same (`shipments.live`); this one is read by the million. Only what
    never moves is indexed, so that a step of the way rewrites no index.
    """

    __tablename__ = "live_shipments"
    __table_args__ = (
        Index("ix_live_shipments_place", "province", "city"),
        {"postgresql_with": {"fillfactor": 85}},
    )

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    shipment_id: Mapped[UUID] = mapped_column(primary_key=True)
    stage: Mapped[int] = mapped_column(SmallInteger)
    """`shipments.live.NUMBERS`."""
    since_day: Mapped[date]
    """The day (Asia/Shanghai) it came to this stage."""
    courier: Mapped[int] = mapped_column(Integer)
    """Here and below: `LiveName`."""
    origin: Mapped[int] = mapped_column(Integer)
    """City it starts from."""
    province: Mapped[int] = mapped_column(Integer)
    city: Mapped[int] = mapped_column(Integer)
    category: Mapped[int] = mapped_column(Integer)
    """Of most of its goods."""
    created_at: Mapped[datetime]
    """The parcel's: lists begin with the newest."""


class LiveCount(Base):
    """How many live parcels of one courier, province or category stand at a stage."""

    __tablename__ = "live_counts"
    __table_args__ = ({"postgresql_with": {"fillfactor": 70}},)

    dimension: Mapped[str] = mapped_column(primary_key=True)
    """courier, province, category."""
    value: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """Of the same column of `LiveShipment`, like all others here and below."""
    stage: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    since_day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(server_default="0")


class LiveMerchantCount(Base):
    """How many live parcels of a merchant stand at a stage with a courier."""

    __tablename__ = "live_merchant_counts"
    __table_args__ = ({"postgresql_with": {"fillfactor": 70}},)

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    courier: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    stage: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    since_day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(server_default="0")


class LiveFlow(Base):
    """How many live parcels of a stage go from one city to another, by courier and goods."""

    __tablename__ = "live_flows"
    __table_args__ = ({"postgresql_with": {"fillfactor": 70}},)

    courier: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    category: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    province: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    city: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    origin: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    stage: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(server_default="0")


class LiveWay(Base):
    """How many live parcels of a stage go from one city to another, by the day they came to it."""

    __tablename__ = "live_ways"
    __table_args__ = ({"postgresql_with": {"fillfactor": 70}},)

    since_day: Mapped[date] = mapped_column(primary_key=True)
    stage: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    origin: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    province: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    city: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(server_default="0")


class SearchToken(Base):
    """Exact-match search that row-level security allows: one row per token of a shipment.

    Kinds: order_no, waybill, shipment_no, sku, phone, phone_last4 (blind indexes, hex),
    buyer_ref. Written by whoever writes the row.
    """

    __tablename__ = "search_tokens"
    __table_args__ = (
        Index("ix_search_tokens_token", "token", "at"),
        Index("ix_search_tokens_target", "merchant_id", "target_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(primary_key=True)
    target_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
