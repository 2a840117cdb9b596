"""What orders take and show over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from yichuan.core.money import Money
from yichuan.core.rows import RowError
from yichuan.regions.parse import parse_address

Text = Annotated[str, Field(min_length=1, max_length=200)]
Number = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^\S+$")]
Extension = Annotated[str, Field(pattern=r"^\d{1,8}$")]
SubOrderState = Literal["open", "held", "cancelled", "packed", "shipped", "completed"]


class RecipientIn(BaseModel):
    """Who gets it: structured, or pasted as one text (`raw`), or hidden behind a token.

    Name, phone or province may stand in `address` instead of their own fields.
    """

    name: Annotated[str, Field(max_length=100)] | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    phone_extension: Extension | None = None
    """分机 of a virtual number 虚拟号; it may also stand in `phone` (13800001234-5678)."""
    phone_valid_until: AwareDatetime | None = None
    """Of a virtual number: until when it reaches the buyer."""
    province: Annotated[str, Field(max_length=40)] | None = None
    city: Annotated[str, Field(max_length=40)] | None = None
    district: Annotated[str, Field(max_length=40)] | None = None
    address: Annotated[str, Field(max_length=300)] | None = None
    raw: Annotated[str, Field(max_length=600)] | None = None
    recipient_token: Annotated[str, Field(max_length=400)] | None = None

    @model_validator(mode="after")
    def something_to_go_by(self) -> RecipientIn:
        """A recipient needs a way to be reached."""
        if self.raw or self.recipient_token:
            return self
        missing = [n for n in ("name", "phone", "province", "address") if not getattr(self, n)]
        if missing and self.address:
            parts = (self.name, self.phone, self.province, self.city, self.district, self.address)
            line = " ".join(part for part in parts if part)
            found = parse_address(line).known()
            missing = [n for n in missing if not getattr(found, n)]
            if not missing:
                self.raw, self.address = line, None
        if missing:
            raise ValueError(f"recipient needs {', '.join(missing)} (or raw, or recipient_token)")
        return self


class LineIn(BaseModel):
    """One line: weight per piece in grams, price per piece in minor units."""

    sku: Number
    name: Text | None = None
    category: Annotated[str, Field(max_length=60)] | None = None
    quantity: Annotated[int, Field(gt=0, le=100_000)]
    weight_g: Annotated[int, Field(ge=0, le=50_000_000)] | None = None
    unit_price: Money | None = None


class SubOrderIn(BaseModel):
    """One merchant's share. Name the merchant by `merchant_id` or by `merchant` (its code)."""

    sub_order_no: Number
    merchant_id: UUID | None = None
    merchant: Annotated[str, Field(max_length=64)] | None = None
    shop: Annotated[str, Field(max_length=100)] | None = None
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=200)]
    remark: Annotated[str, Field(max_length=500)] | None = None
    ship_by: AwareDatetime | None = None
    promised_at: AwareDatetime | None = None
    locker_consent: bool = True


class OrderIn(BaseModel):
    """A main order 主单 with its sub-orders 子单."""

    order_no: Number
    placed_at: AwareDatetime
    paid_at: AwareDatetime | None = None
    buyer_ref: Annotated[str, Field(max_length=100)] | None = None
    recipient: RecipientIn
    sub_orders: Annotated[list[SubOrderIn], Field(min_length=1, max_length=50)]


class OrderBatch(BaseModel):
    """Many orders at once; each row gets its own answer."""

    orders: Annotated[list[OrderIn], Field(min_length=1, max_length=500)]


class PlacedSubOrder(BaseModel):
    """A sub-order with the box planned for it."""

    id: UUID
    sub_order_no: str
    merchant_id: UUID
    shipment_ids: list[UUID]


class Placed(BaseModel):
    """An order that was taken."""

    id: UUID
    order_no: str
    sub_orders: list[PlacedSubOrder]


class PlacedRow(BaseModel):
    """One row of a batch: the order, or why not."""

    index: int
    ok: bool
    order: Placed | None = None
    error: RowError | None = None


class PlacedRows(BaseModel):
    """All rows' answers."""

    items: list[PlacedRow]


class Reason(BaseModel):
    """Why."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class LineView(BaseModel):
    """An order line."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    sku: str
    name: str | None
    category: str | None
    quantity: int
    weight_g: int | None
    unit_price_minor: int | None


class SubOrderRow(BaseModel):
    """One row of the orders list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    merchant_id: UUID
    order_id: UUID
    order_no: str
    sub_order_no: str
    shop_name: str | None
    state: SubOrderState
    hold_reason: str | None
    cancel_reason: str | None
    buyer_ref: str | None
    remark: str | None
    amount_minor: int
    currency: str
    placed_at: datetime
    paid_at: datetime | None
    ship_by: datetime | None
    promised_at: datetime | None


class PhoneRefresh(BaseModel):
    """A new virtual number for a recipient."""

    phone: Annotated[str, Field(min_length=5, max_length=40)]
    phone_extension: Extension | None = None
    phone_valid_until: AwareDatetime | None = None


class RecipientView(BaseModel):
    """A recipient, masked."""

    name: str | None
    phone: str | None
    phone_valid_until: datetime | None = None
    """Of a virtual number."""
    province: str | None
    city: str | None
    district: str | None
    erased: bool


class RecipientClear(BaseModel):
    """A recipient in clear; every look is written to the audit log."""

    name: str
    phone: str
    province: str | None
    city: str | None
    district: str | None
    address: str


class ShipmentRef(BaseModel):
    """A box of a sub-order."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    shipment_no: str
    courier: str | None
    waybill_number: str | None
    milestone: str


class SubOrderDetail(SubOrderRow):
    """One sub-order, whole."""

    lines: list[LineView]
    recipient: RecipientView
    shipments: list[ShipmentRef]
    siblings: list[SubOrderRow]
    """Other sub-orders of the same main order that the caller may see."""
