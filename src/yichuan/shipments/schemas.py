"""What shipments show and take over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from yichuan.core.money import Money
from yichuan.core.pagination import MAX_LIMIT
from yichuan.shipments.live import Stage

Milestone = Literal[
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
]
SignKind = Literal["self", "family", "gate", "locker", "station", "third_party"]
ShipMethod = Literal["hub_waybill", "own_number", "own_fleet", "self_pickup", "no_logistics"]
Queue = Literal["to_ship", "to_print", "to_hand_over", "on_the_way", "ended"]
"""Working lists: nothing decided yet or unprinted; printed but not handed over; moving; over."""
Sort = Literal["-created_at", "created_at", "ship_by", "-ship_by"]


class ShipmentFilter(BaseModel):
    """What a list or a count is narrowed to. Of `…_from` and `…_to` the end is not included."""

    milestone: list[Milestone] = []
    merchant_id: UUID | None = None
    shop_id: UUID | None = None
    courier: Annotated[str | None, Field(description="a code, or `-`: none yet")] = None
    problem: Annotated[str | None, Field(description="a problem kind, or `any`")] = None
    queue: Queue | None = None
    hold: bool | None = None
    province: Annotated[str | None, Field(description="full name, or `-`: unknown")] = None
    city: str | None = None
    ship_method: ShipMethod | None = None
    stage: Annotated[
        list[Stage], Field(description="where it stands, as `/reports/live` counts")
    ] = []
    since_from: Annotated[
        AwareDatetime | None,
        Field(description="since when it stands there: whole days, only of live parcels"),
    ] = None
    since_to: AwareDatetime | None = None
    origin: Annotated[str | None, Field(description="city it starts from, or `-`")] = None
    category: Annotated[
        str | None, Field(description="of most of its goods, or `-`; only of live parcels")
    ] = None
    merchant_category: str | None = None
    created_from: AwareDatetime | None = None
    created_to: AwareDatetime | None = None
    paid_from: AwareDatetime | None = None
    """Of boxes without a payment time their creation counts."""
    paid_to: AwareDatetime | None = None
    shipped_from: AwareDatetime | None = None
    shipped_to: AwareDatetime | None = None
    picked_up_from: AwareDatetime | None = None
    picked_up_to: AwareDatetime | None = None
    delivered_from: AwareDatetime | None = None
    delivered_to: AwareDatetime | None = None
    ended_from: AwareDatetime | None = None
    ended_to: AwareDatetime | None = None
    troubled_from: Annotated[
        AwareDatetime | None, Field(description="when its first problem began, open or not")
    ] = None
    troubled_to: AwareDatetime | None = None
    trouble: Annotated[
        list[str], Field(max_length=50, description="has or had a problem of one of these kinds")
    ] = []
    q: Annotated[
        str | None,
        Field(max_length=64, description="order, waybill or shipment number, SKU, phone, last 4"),
    ] = None


class ShipmentQuery(ShipmentFilter):
    """The list's query."""

    sort: Annotated[
        Sort, Field(description="`ship_by` needs a queue of unshipped boxes; `-` is descending")
    ] = "-created_at"
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 20


class ShipmentRow(BaseModel):
    """One row of the shipments list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    merchant_id: UUID
    shipment_no: str
    order_no: str | None
    shop_name: str | None
    ship_method: ShipMethod | None
    courier: str | None
    service: str | None
    waybill_number: str | None
    milestone: Milestone
    detail: str
    problem: str | None
    hold: bool
    recipient_name: str | None
    recipient_phone: str | None
    dest_province: str | None
    dest_city: str | None
    dest_district: str | None
    goods: str | None
    quantity: int
    pieces: int
    weight_g: int | None
    remark: str | None
    paid_at: datetime | None
    ship_by: datetime | None
    promised_at: datetime | None
    printed_at: datetime | None
    shipped_at: datetime | None
    picked_up_at: datetime | None
    delivered_at: datetime | None
    last_event_at: datetime | None
    last_event_text: str | None
    created_at: datetime


class ShipmentLineView(BaseModel):
    """What is in the box."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    sub_order_id: UUID
    sku: str
    name: str | None
    category: str | None
    quantity: int
    weight_g: int | None


class ShipmentDetail(ShipmentRow):
    """One shipment, whole."""

    buyer_ref: str | None
    buyer_token: str | None
    origin_city: str | None
    dest_adcode: str | None
    next_deadline: str | None
    next_deadline_at: datetime | None
    cost_expected: Money | None
    cost_billed: Money | None
    dispatch_reason: dict[str, object] | None
    signed_by: str | None
    sign_kind: SignKind | None
    """Who signed; null: nobody has, or the courier does not say."""
    source: str
    lines: list[ShipmentLineView]


class SplitPart(BaseModel):
    """How many pieces of a shipment line go into a new box."""

    shipment_line_id: UUID
    quantity: Annotated[int, Field(gt=0)]


class SplitRequest(BaseModel):
    """拆单: each inner list becomes a box of its own; what is not named stays."""

    boxes: Annotated[list[Annotated[list[SplitPart], Field(min_length=1)]], Field(min_length=1)]


class MergeRequest(BaseModel):
    """合单: the boxes to pack together; all to the same recipient, none shipped."""

    shipment_ids: Annotated[list[UUID], Field(min_length=2, max_length=50)]


class MergeSuggestion(BaseModel):
    """Unshipped boxes to one recipient."""

    shipment_ids: list[UUID]
    recipient_name: str | None
    dest_city: str | None
    order_nos: list[str]


class EventView(BaseModel):
    """What we did with the box."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    kind: str
    actor: str
    detail: dict[str, object]


class Counts(BaseModel):
    """How many shipments wait in each working list."""

    to_ship: int
    to_print: int
    to_hand_over: int
    on_the_way: int
    problems: int
    capped_at: int
    """A count equal to this means "this many or more"."""
