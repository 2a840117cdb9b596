"""What the KDNiao door shows and takes over our own API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from yichuan.core.rows import RowError

PickupState = Literal["requested", "booked", "assigned", "collected", "cancelled", "failed"]
ApplicationState = Literal["open", "granted", "refused"]


class CallbackChange(BaseModel):
    """Where a key of the KDNiao door hears pushes; null: nowhere."""

    callback_url: Annotated[str, Field(min_length=8, max_length=2000)] | None


class PushView(BaseModel):
    """One try to push."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    key_id: UUID
    request_type: str
    """101, 102 tracks, 103 pickups, 1117 accounts."""
    about: str
    at: datetime
    status: int | None
    error: str | None
    answer: str | None
    duration_ms: int


class FollowedView(BaseModel):
    """A number that a program follows."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    key_id: UUID
    merchant_id: UUID | None
    courier: str
    number: str
    kind: Literal["query", "basic", "plus"]
    order_code: str
    callback: str
    told_at: datetime | None
    created_at: datetime


class PickupView(BaseModel):
    """A booking; the people stay sealed."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    merchant_id: UUID
    call: Literal["1001", "1801", "console"]
    order_code: str
    courier: str
    number: str | None
    numbers: list[str]
    """Of the boxes that wait for this visit, where they had one."""
    state: PickupState
    picker: dict[str, str]
    """Who comes: name, phone and code 取件码, as far as the courier told."""
    starts_at: datetime | None
    ends_at: datetime | None
    courier_order_no: str | None
    failure_text: str | None
    created_at: datetime
    changed_at: datetime


class PickupBooking(BaseModel):
    """Boxes to be collected, and when somebody is there."""

    shipment_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    remark: Annotated[str, Field(max_length=100)] = ""


class PickupVisit(BaseModel):
    """One courier asked to come to one merchant, or why it was not."""

    merchant_id: UUID
    courier: str
    shipment_ids: list[UUID]
    pickup: PickupView | None
    error: RowError | None


class PickupsBooked(BaseModel):
    """What became of the boxes; each is in exactly one item."""

    items: list[PickupVisit]


class Reason(BaseModel):
    """Why."""

    reason: Annotated[str, Field(max_length=99)] = ""


class PickupChange(BaseModel):
    """What became of a booking; told to the program that made it."""

    state: Literal["assigned", "collected", "cancelled"]
    picker_name: Annotated[str, Field(max_length=40)] = ""
    picker_phone: Annotated[str, Field(max_length=40)] = ""
    pickup_code: Annotated[str, Field(max_length=20)] = ""


class ApplicationView(BaseModel):
    """An application for a waybill account 客户号申请."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    merchant_id: UUID | None
    courier: str
    apply_no: str
    company: str
    branch_code: str | None
    branch_name: str | None
    state: ApplicationState
    reason: str | None
    customer_name: str | None
    account_id: UUID | None
    created_at: datetime
    decided_at: datetime | None


class ApplicationDetail(ApplicationView):
    """An application with the applicant's contact and address."""

    details: dict[str, str]


class Granting(BaseModel):
    """The account a branch opened; with `connection_id` it is made usable here at once."""

    customer_name: Annotated[str, Field(min_length=1, max_length=60)]
    customer_password: Annotated[str, Field(max_length=100)] = ""
    branch_code: Annotated[str, Field(max_length=60)] = ""
    branch_name: Annotated[str, Field(max_length=60)] = ""
    month_code: Annotated[str, Field(max_length=60)] = ""
    connection_id: UUID | None = None


class Decision(BaseModel):
    """Granted with the account, or refused with the reason."""

    grant: Granting | None = None
    reason: Annotated[str, Field(max_length=200)] = ""
